import type { HostArray } from "../host.ts";
import {
  type AttentionOperands,
  type AttentionParams,
  type AttentionSizes,
  attentionSizes,
} from "./_attention_parts.ts";

/** The weights of one query over all keys. */
export type Row = {
  readonly b: number;
  readonly h: number;
  readonly t: number;
  readonly weights: Float64Array;
  /** ln Σ e^score over the keys that are seen, 0 where none is. */
  readonly lse: number;
  /** Where its query starts in [B, T, H, K], and where a key does in [B, S, G, K]. */
  readonly query: number;
  readonly keyAt: (s: number) => number;
  readonly valueAt: (s: number) => number;
  /** Where its result starts in [B, T, H, V]; its place in [B, H, T]. */
  readonly result: number;
  readonly number: number;
};

/** Calls `visit` with every row, in order; the weights are those of one row at a time. */
export function visitRows(
  operands: AttentionOperands<HostArray>,
  params: AttentionParams,
  visit: (row: Row) => void,
): void {
  const sizes = attentionSizes(operands);
  const weights = new Float64Array(sizes.source);
  for (let b = 0; b < sizes.batch; b++) {
    for (let h = 0; h < sizes.heads; h++) {
      for (let t = 0; t < sizes.time; t++) {
        const row = rowAt(sizes, weights, b, h, t);
        visit({ ...row, lse: fillWeights(operands, params, sizes, row) });
      }
    }
  }
}

function rowAt(
  { time, source, heads, groups, size, valueSize }: AttentionSizes,
  weights: Float64Array,
  b: number,
  h: number,
  t: number,
): Omit<Row, "lse"> {
  const group = Math.floor(h * groups / heads);
  const place = (b * time + t) * heads + h;
  const keyPlace = (s: number): number => (b * source + s) * groups + group;
  return {
    b,
    h,
    t,
    weights,
    query: place * size,
    keyAt: (s) => keyPlace(s) * size,
    valueAt: (s) => keyPlace(s) * valueSize,
    result: place * valueSize,
    number: (b * heads + h) * time + t,
  };
}

/** Fills the weights of a row; the logarithm of its sum. */
function fillWeights(
  { query, key, bias, mask }: AttentionOperands<HostArray>,
  { scale, causal }: AttentionParams,
  { time, source, size }: AttentionSizes,
  row: Omit<Row, "lse">,
): number {
  const { weights } = row;
  let top = -Infinity;
  for (let s = 0; s < source; s++) {
    const isSeen = (!causal || s <= source - time + row.t) &&
      (!mask || mask.data[spreadAt(mask, row, s)] !== 0);
    const score = scale * dot(query.data, row.query, key.data, row.keyAt(s), size);
    weights[s] = isSeen ? score + elementAt(bias, row, s) : -Infinity;
    top = Math.max(top, weights[s]!);
  }
  if (top === -Infinity) {
    weights.fill(0);
    return 0;
  }
  let sum = 0;
  for (let s = 0; s < source; s++) sum += weights[s] = Math.exp(weights[s]! - top);
  for (let s = 0; s < source; s++) weights[s]! /= sum;
  return top + Math.log(sum);
}

type Place = Pick<Row, "b" | "h" | "t">;

/** Where an array over [B, H, T, S], some sides 1, has an element. */
export function spreadAt({ shape }: HostArray, { b, h, t }: Place, s: number): number {
  const [sb, sh, st, ss] = shape as readonly [number, number, number, number];
  const row = ((sb === 1 ? 0 : b) * sh + (sh === 1 ? 0 : h)) * st + (st === 1 ? 0 : t);
  return row * ss + (ss === 1 ? 0 : s);
}

/** An element of such an array, 0 where there is none. */
export function elementAt(x: HostArray | undefined, place: Place, s: number): number {
  return x ? x.data[spreadAt(x, place, s)]! : 0;
}

/** Σ x[i + k] · y[j + k]. */
export function dot(
  x: Float64Array,
  i: number,
  y: Float64Array,
  j: number,
  length: number,
): number {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += x[i + k]! * y[j + k]!;
  return sum;
}

/** to[i ...] += factor · from[j ...]. */
export function accumulate(
  to: Float64Array,
  i: number,
  from: Float64Array,
  j: number,
  length: number,
  factor: number,
): void {
  for (let k = 0; k < length; k++) to[i + k]! += factor * from[j + k]!;
}
