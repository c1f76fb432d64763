import {
  type AttentionOperands,
  attentionOperands,
  type AttentionParams,
  type AttentionPart,
  attentionSizes,
  scoreDtype,
} from "../primitives/_attention_parts.ts";
import { add } from "../primitives/add.ts";
import { broadcastTo } from "../primitives/_binary.ts";
import { sumAxes } from "../primitives/broadcast_sum.ts";
import { equal, lessEqual } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import { dotGeneral } from "../primitives/dot_general.ts";
import { exp } from "../primitives/exp.ts";
import { fence } from "../primitives/fence.ts";
import { iota } from "../primitives/iota.ts";
import { log } from "../primitives/log.ts";
import { mul } from "../primitives/mul.ts";
import { reshape } from "../primitives/reshape.ts";
import { where } from "../primitives/select.ts";
import { sub } from "../primitives/sub.ts";
import { transpose } from "../primitives/transpose.ts";
import type { Tensor } from "../tensor.ts";
import { expandDims } from "./expand_dims.ts";
import { max } from "./extremum.ts";
import { zeros } from "./full.ts";
import { logicalAnd } from "./logical.ts";
import { softmax } from "./softmax.ts";
import { sum } from "./sum.ts";

/**
 * Attention as products and a softmax: what its primitives mean, and what runs where a backend has no
 * kernel of its own for them. Weights are [B, H, T, S].
 */

// Keys, in units of the head size, from which a derivative computes the weights again: kept for
// the way back they would outweigh everything else, and grow with the square of the sequence.
const LONG = 4;

/** A hidden score: finite, so that the softmax of a row that sees nothing is not NaN. */
export const HIDDEN_SCORE = -3.4028234663852886e38;

/** Products of rows: [B, T, H, K] and [B, S, H, K] to [B, H, T, S]. */
const SCORES = { contract: [[3], [3]], batch: [[0, 2], [0, 2]] } as const;
/** Sums over keys: [B, H, T, S] and [B, S, H, K] to [B, H, T, K]. */
const OVER_KEYS = { contract: [[3], [1]], batch: [[0, 1], [0, 2]] } as const;
/** Sums over queries: [B, H, T, S] and [B, T, H, K] to [B, H, S, K]. */
const OVER_QUERIES = { contract: [[2], [1]], batch: [[0, 1], [0, 2]] } as const;

type Operands = AttentionOperands<Tensor>;
type Moving = Readonly<Partial<Record<AttentionPart, Tensor>>>;

/** Results [B, T, H, V] and logarithms of sums [B, H, T]. */
export function attentionComposite(
  inputs: readonly Tensor[],
  params: AttentionParams,
): readonly [Tensor, Tensor] {
  const operands = attentionOperands(inputs, params);
  const scores = scoresOf(operands, params);
  return [attentionResult(weightsOf(scores), operands.value), logSumsOf(scores)];
}

/** Tangents of the results and logarithms for tangents of the operands. */
export function attentionTangentComposite(
  inputs: readonly Tensor[],
  params: AttentionParams,
  moving: Moving,
): readonly [Tensor, Tensor] {
  const { query, key, value, ...rest } = attentionOperands(inputs, params);
  const weights = weightsOf(scoresOf({ query, key, value, ...rest }, params));
  const dtype = value.dtype;
  const terms: Tensor[] = [];
  if (moving.query) terms.push(productOf(moving.query, key, params));
  if (moving.key) terms.push(productOf(query, moving.key, params));
  if (moving.bias) terms.push(broadcastTo(moving.bias, weights.shape));
  const wide = weights.dtype;
  const slopes = terms.length === 0 ? zeros(weights.shape, { dtype: wide }) : terms.reduce(add);
  const mean = sum(mul(weights, slopes), { axes: [3], keepDims: true });
  const moved = attentionResult(mul(weights, sub(slopes, mean)), value);
  const out = moving.value ? add(moved, attentionResult(weights, moving.value)) : moved;
  return [convert(out, dtype), reshape(mean, weights.shape.slice(0, 3))];
}

/** Cotangents of the operands `wants`, for that of the results and, if there is one, the logarithms. */
export function attentionGradComposite(
  inputs: readonly Tensor[],
  params: AttentionParams,
  wants: readonly AttentionPart[],
  [ct, ctLse]: readonly [Tensor, Tensor | undefined],
): Tensor[] {
  const given = attentionOperands(inputs, params);
  const { query, key } = recomputed(given, ct);
  const { value, bias } = given;
  const weights = weightsOf(scoresOf({ ...given, query, key }, params));
  const { groups } = attentionSizes(given);
  const make: Record<AttentionPart, () => Tensor> = {
    value: () => overQueries(convert(weights, ct.dtype), ct, groups),
    query: () => ordered(dotGeneral(narrow(), shareHeads(key, query.shape[2]!), OVER_KEYS)),
    key: () => overQueries(narrow(), query, groups),
    bias: () => convert(summedTo(slopes(), bias!.shape), bias!.dtype),
  };
  const slopes = once(() => {
    const shared = shareHeads(value, ct.shape[2]!);
    const pulled = convert(dotGeneral(ct, shared, SCORES), weights.dtype);
    const mean = sum(mul(weights, pulled), { axes: [3], keepDims: true });
    const less = ctLse ? sub(mean, reshape(convert(ctLse, mean.dtype), mean.shape)) : mean;
    return mul(weights, sub(pulled, less));
  });
  const narrow = once(() => convert(mul(params.scale, slopes()), query.dtype));
  return wants.map((part) => make[part]());
}

/** Whether a derivative computes the weights of so many keys again, for heads of a size. */
export function hasManyKeys(source: number, size: number): boolean {
  return source > LONG * size;
}

/** The weights [B, H, T, S] of attention. */
export function attentionWeights(inputs: readonly Tensor[], params: AttentionParams): Tensor {
  return weightsOf(scoresOf(attentionOperands(inputs, params), params));
}

/** Queries and keys behind a fence, where the weights are too many to be kept. */
function recomputed({ query, key }: Operands, ct: Tensor): { query: Tensor; key: Tensor } {
  if (!hasManyKeys(key.shape[1]!, key.shape[3]!)) return { query, key };
  const [q, k] = fence([query, key], [ct]) as readonly [Tensor, Tensor];
  return { query: q, key: k };
}

/** Scores, hidden ones the least number, and where keys are seen if not everywhere. */
type Scores = { readonly scores: Tensor; readonly seen: Tensor | undefined };

function scoresOf({ query, key, bias, mask }: Operands, params: AttentionParams): Scores {
  const products = productOf(query, key, params);
  const scores = bias ? add(products, convert(bias, products.dtype)) : products;
  const seen = seenKeys(mask, params, scores.shape);
  return { scores: seen ? where(seen, scores, HIDDEN_SCORE) : scores, seen };
}

function productOf(query: Tensor, key: Tensor, { scale }: AttentionParams): Tensor {
  const products = dotGeneral(query, shareHeads(key, query.shape[2]!), SCORES);
  return mul(scale, convert(products, scoreDtype(query)));
}

/** Where keys are seen by a mask and, if it is causal, by time, for scores [..., T, S]. */
export function seenKeys(
  mask: Tensor | undefined,
  { causal }: { readonly causal: boolean },
  shape: readonly number[],
): Tensor | undefined {
  if (!causal) return mask;
  const visible = causalMask(shape.at(-2)!, shape.at(-1)!);
  return mask ? logicalAnd(mask, visible) : visible;
}

/** [T, S], true where key s is at most query t, the last query being the last key. */
export function causalMask(time: number, source: number): Tensor {
  const query = iota([time, source], { axis: 0, dtype: "i32" });
  const key = iota([time, source], { axis: 1, dtype: "i32" });
  return lessEqual(key, add(query, source - time));
}

/** Softmax over the keys that are seen; the others have weight 0, also where none is seen. */
function weightsOf({ scores, seen }: Scores): Tensor {
  return seen ? where(seen, softmax(scores), 0) : softmax(scores);
}

function logSumsOf({ scores, seen }: Scores): Tensor {
  const [batch, heads, time, source] = scores.shape as readonly [number, number, number, number];
  const shape = [batch, heads, time];
  if (source === 0) return zeros(shape, { dtype: scores.dtype });
  const top = max(scores, { axes: [3], keepDims: true });
  const powers = exp(sub(scores, top));
  const total = sum(seen ? where(seen, powers, 0) : powers, { axes: [3] });
  return where(equal(total, 0), 0, add(reshape(top, shape), log(total)));
}

/** Σ over keys of weights · values, [B, T, H, V]. */
export function attentionResult(weights: Tensor, value: Tensor): Tensor {
  const shared = shareHeads(value, weights.shape[1]!);
  return ordered(dotGeneral(convert(weights, value.dtype), shared, OVER_KEYS));
}

/** [B, H, T, K] to [B, T, H, K]. */
function ordered(x: Tensor): Tensor {
  return transpose(x, [0, 2, 1, 3]);
}

/** Σ over queries, and over those that share a key head: [B, S, G, K]. */
function overQueries(weights: Tensor, rows: Tensor, groups: number): Tensor {
  const whole = ordered(dotGeneral(weights, rows, OVER_QUERIES)); // [B, S, H, K]
  const [batch, source, heads, size] = whole.shape as readonly [number, number, number, number];
  if (heads === groups) return whole;
  return sum(reshape(whole, [batch, source, groups, heads / groups, size]), { axes: [3] });
}

/** Each key head repeated for its group of query heads: [B, S, G, K] to [B, S, H, K]. */
function shareHeads(x: Tensor, heads: number): Tensor {
  const [batch, source, own, size] = x.shape as readonly [number, number, number, number];
  if (own === heads) return x;
  const grouped = broadcastTo(expandDims(x, 3), [batch, source, own, heads / own, size]);
  return reshape(grouped, [batch, source, heads, size]);
}

/** Σ over the axes along which `shape` has a side of 1. */
function summedTo(x: Tensor, shape: readonly number[]): Tensor {
  const axes = shape.flatMap((side, i) => side === 1 && x.shape[i] !== 1 ? [i] : []);
  return reshape(sumAxes(x, axes), shape);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
