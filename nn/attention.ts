import { checkpoint } from "../autodiff/mod.ts";
import {
  add,
  broadcastTo,
  convert,
  dotGeneral,
  expandDims,
  iota,
  lessEqual,
  logicalAnd,
  mul,
  reshape,
  ShapeError,
  softmax,
  type Tensor,
  where,
} from "../core/mod.ts";
import { formatShape } from "../core/internal.ts";
import { dropout } from "./dropout.ts";

/** Queries [B, H, T, K], keys [B, H, S, K] and values [B, H, S, K]. */
export type AttentionInputs = {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
};

/** Options of `attention`. */
export type AttentionOptions = {
  /** True where a query may see a key; broadcasts to [B, H, T, S]. */
  readonly mask?: Tensor | undefined;
  /** Added to the scores, such as a position bias; broadcasts to [B, H, T, S]. */
  readonly bias?: Tensor | undefined;
  /** Whether query t sees the keys up to S - T + t only: itself, where T = S. Default false. */
  readonly causal?: boolean;
  /** Factor of the scores. Default 1/√K. */
  readonly scale?: number;
  /** Dropout of the attention weights. */
  readonly dropout?: { readonly rate: number; readonly key?: Tensor | undefined };
};

// Keys, in units of the head size, from which a derivative computes the weights again: kept for
// the way back they would outweigh everything else, and grow with the square of the sequence.
const LONG = 4;

// A hidden score: finite, so that the softmax of a row that sees nothing is not NaN.
const HIDDEN = -3.4028234663852886e38;

/**
 * Scaled dot-product attention: softmax(scale · Q Kᵀ + bias) V.
 *
 * Scores and softmax are float32. Fewer key than query heads are shared by groups of neighbouring
 * query heads. A query that may see no key gets zeros.
 *
 * @param inputs `query` [B, H, T, K], `key` and `value` [B, H or a divisor, S, K]
 * @param options `mask`, `bias`, `causal`, `scale`, `dropout`
 * @returns [B, H, T, K], dtype of the values
 * @throws {ShapeError} if the operands do not fit
 * @see Vaswani et al. 2017, arXiv:1706.03762, eq. 1
 */
export function attention(inputs: AttentionInputs, options: AttentionOptions = {}): Tensor {
  checkShapes(inputs);
  const [, heads, , size] = inputs.query.shape as readonly [number, number, number, number];
  const source = inputs.key.shape[2]!;
  const whole = {
    query: inputs.query,
    key: shareHeads(inputs.key, heads),
    value: shareHeads(inputs.value, heads),
  };
  const attended = (): Tensor => attend(whole, options);
  return source <= LONG * size ? attended() : checkpoint(attended)();
}

/** Attention with a key and a value for every query head. */
function attend({ query, key, value }: AttentionInputs, options: AttentionOptions): Tensor {
  const [, , time, size] = query.shape as readonly [number, number, number, number];
  const scale = options.scale ?? 1 / Math.sqrt(size);
  const products = dotGeneral(query, key, { contract: [[3], [3]], batch: [[0, 1], [0, 1]] });
  const scores = mul(scale, convert(products, "f32")); // [B, H, T, S]
  const biased = options.bias ? add(scores, options.bias) : scores;
  const seen = seenKeys(options, time, key.shape[2]!);
  const weights = seen ? hide(seen, biased) : softmax(biased);
  const kept = options.dropout ? dropout(weights, options.dropout) : weights;
  return dotGeneral(convert(kept, value.dtype), value, {
    contract: [[3], [2]],
    batch: [[0, 1], [0, 1]],
  });
}

/** Softmax over the keys that are seen; the others have weight 0, also where none is seen. */
function hide(seen: Tensor, scores: Tensor): Tensor {
  return where(seen, softmax(where(seen, scores, HIDDEN)), 0);
}

function seenKeys(options: AttentionOptions, time: number, source: number): Tensor | undefined {
  if (!options.causal) return options.mask;
  const causal = causalMask(time, source);
  return options.mask ? logicalAnd(options.mask, causal) : causal;
}

/** [T, S], true where key s is at most query t, the last query being the last key. */
export function causalMask(time: number, source: number): Tensor {
  const query = iota([time, source], { axis: 0, dtype: "i32" });
  const key = iota([time, source], { axis: 1, dtype: "i32" });
  return lessEqual(key, add(query, source - time));
}

/** Each key head repeated for its group of query heads. */
function shareHeads(x: Tensor, heads: number): Tensor {
  const [batch, own, source, size] = x.shape as readonly [number, number, number, number];
  if (own === heads) return x;
  const grouped = broadcastTo(expandDims(x, 2), [batch, own, heads / own, source, size]);
  return reshape(grouped, [batch, heads, source, size]);
}

function checkShapes({ query, key, value }: AttentionInputs): void {
  const [b, h, , k] = query.shape;
  const [b2, h2, s, k2] = key.shape;
  const fits = [query, key, value].every((x) => x.shape.length === 4) && b === b2 && k === k2 &&
    h! % h2! === 0 && value.shape[0] === b && value.shape[1] === h2 && value.shape[2] === s;
  if (fits) return;
  const shapes = [query, key, value].map((x) => formatShape(x.shape)).join(", ");
  throw new ShapeError(
    `Cannot attend ${shapes}: queries [B, H, T, K], keys and values [B, H, S, K] are needed`,
    "attention",
    [query.shape, key.shape, value.shape],
  );
}
