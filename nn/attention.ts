import { checkpoint } from "../autodiff/mod.ts";
import { bind, reshape, ShapeError, swapAxes, type Tensor } from "../core/mod.ts";
import {
  attentionP,
  type AttentionParams,
  attentionResult,
  attentionWeights,
  formatShape,
  hasManyKeys,
} from "../core/internal.ts";
import { cappedAttention } from "./_capped_attention.ts";
import { dropout, type DropoutOptions } from "./dropout.ts";

export { causalMask } from "../core/internal.ts";

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
  /** Bound c of the scaled scores, which become c · tanh(score / c). Default: none. */
  readonly softCap?: number | undefined;
  /** Dropout of the attention weights. */
  readonly dropout?: DropoutOptions;
};

/**
 * Scaled dot-product attention: softmax(scale · Q Kᵀ + bias) V.
 *
 * Scores and softmax are float32. Fewer key than query heads are shared by groups of neighbouring
 * query heads. A query that may see no key gets zeros. Backends have kernels for it that never hold
 * the scores of all keys; with dropout or a soft cap it is made of products and a softmax.
 *
 * @param inputs `query` [B, H, T, K], `key` and `value` [B, H or a divisor, S, K]
 * @param options `mask`, `bias`, `causal`, `scale`, `softCap`, `dropout`
 * @returns [B, H, T, K], dtype of the values
 * @throws {ShapeError} if the operands do not fit
 * @see Vaswani et al. 2017, arXiv:1706.03762, eq. 1; Dao et al. 2022, arXiv:2205.14135
 */
export function attention(inputs: AttentionInputs, options: AttentionOptions = {}): Tensor {
  checkShapes(inputs);
  const { bias, mask, causal = false, softCap } = options;
  if (softCap !== undefined) return cappedAttention(inputs, { ...options, softCap });
  const { query, key, value } = inputs;
  // [B, T, H, K]: as projections make them and take them.
  const heads = [query, key, value].map((x) => swapAxes(x, 1, 2));
  const extra = [bias, mask].filter((x) => x !== undefined).map(overScores);
  const operands = [...heads, ...extra];
  const params: AttentionParams = {
    scale: options.scale ?? 1 / Math.sqrt(query.shape[3]!),
    causal,
    bias: bias !== undefined,
    mask: mask !== undefined,
  };
  const attended = options.dropout?.key && options.dropout.rate !== 0
    ? dropped(operands, params, options.dropout)
    : bind(attentionP, operands, params)[0]!;
  return swapAxes(attended, 1, 2);
}

/** Attention whose weights are dropped; over many keys its derivative computes them again. */
function dropped(
  operands: readonly Tensor[],
  params: AttentionParams,
  options: DropoutOptions,
): Tensor {
  const [, key, value] = operands as readonly [Tensor, Tensor, Tensor];
  const attended = (): Tensor =>
    attentionResult(dropout(attentionWeights(operands, params), options), value);
  return hasManyKeys(key.shape[1]!, key.shape[3]!) ? checkpoint(attended)() : attended();
}

/** An operand over [B, H, T, S] with all four axes. */
function overScores(x: Tensor): Tensor {
  const missing = Math.max(0, 4 - x.shape.length);
  return reshape(x, [...new Array<number>(missing).fill(1), ...x.shape]);
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
