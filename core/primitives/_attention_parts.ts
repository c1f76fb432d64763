import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { type Aval, formatAval } from "../shape.ts";

/** How scores become weights; which of the operands after the values there are. */
export type AttentionParams = {
  /** Factor of the scores. */
  readonly scale: number;
  /** Whether query t sees the keys up to S - T + t only. */
  readonly causal: boolean;
  readonly bias: boolean;
  readonly mask: boolean;
};

/** The operands that have derivatives, in their order. */
export type AttentionPart = "query" | "key" | "value" | "bias";

/** The operands by name: queries [B, T, H, K], keys [B, S, G, K], values [B, S, G, V]. */
export type AttentionOperands<X> = {
  readonly query: X;
  readonly key: X;
  readonly value: X;
  /** Added to the scores, [B or 1, H or 1, T or 1, S or 1]. */
  readonly bias?: X | undefined;
  /** True where a key is seen, with sides as `bias`. */
  readonly mask?: X | undefined;
  /** The operands that a derivative has besides. */
  readonly rest: readonly X[];
};

/** The sides of an application. */
export type AttentionSizes = {
  readonly batch: number;
  readonly time: number;
  readonly source: number;
  readonly heads: number;
  /** Heads of keys and values: each serves `heads / groups` neighbouring query heads. */
  readonly groups: number;
  readonly size: number;
  readonly valueSize: number;
};

/** The operands of a list by name. */
export function attentionOperands<X>(
  inputs: readonly X[],
  { bias, mask }: AttentionParams,
): AttentionOperands<X> {
  const [query, key, value] = inputs as readonly [X, X, X];
  const after = bias ? 4 : 3;
  return {
    query,
    key,
    value,
    bias: bias ? inputs[3] : undefined,
    mask: mask ? inputs[after] : undefined,
    rest: inputs.slice(operandCount({ bias, mask })),
  };
}

/** Operands of the attention itself. */
export function operandCount({ bias, mask }: Pick<AttentionParams, "bias" | "mask">): number {
  return 3 + Number(bias) + Number(mask);
}

/** The sides of operands that fit. */
export function attentionSizes(
  { query, key, value }: Pick<AttentionOperands<{ readonly shape: readonly number[] }>, Qkv>,
): AttentionSizes {
  const [batch, time, heads, size] = query.shape as readonly [number, number, number, number];
  const [, source, groups] = key.shape as readonly [number, number, number];
  return { batch, time, source, heads, groups, size, valueSize: value.shape[3]! };
}

type Qkv = "query" | "key" | "value";

/** The dtype of scores, weights and their logarithms of sums. */
export function scoreDtype({ dtype }: { readonly dtype: DType }): DType {
  return dtype === "f64" ? "f64" : "f32";
}

/** Throws unless the operands fit one another. */
export function checkAttention(inputs: readonly Aval[], params: AttentionParams): void {
  const operands = attentionOperands(inputs, params);
  const { query, key, value, bias, mask } = operands;
  const isWhole = [query, key, value].every((x) => x.shape.length === 4);
  const extra = [bias, mask].filter((x) => x !== undefined);
  const isMask = !mask || mask.dtype === "bool";
  if (isWhole && isMask && fit(query, key, value) && extra.every((x) => spans(x, operands))) return;
  const all = inputs.slice(0, operandCount(params));
  throw new ShapeError(
    `Cannot attend ${
      all.map(formatAval).join(", ")
    }: queries [B, T, H, K], keys [B, S, G, K] and ` +
      `values [B, S, G, V] are needed, where G divides H, a bias and a bool mask over [B, H, T, S]`,
    "attention",
    all.map((x) => x.shape),
  );
}

function fit(query: Aval, key: Aval, value: Aval): boolean {
  const [b, , h, k] = query.shape;
  const [b2, s, g, k2] = key.shape;
  const [b3, s2, g2] = value.shape;
  const shares = g === h || (g! > 0 && h! % g! === 0);
  return b === b2 && b === b3 && k === k2 && s === s2 && g === g2 && shares &&
    query.dtype === key.dtype;
}

function spans(x: Aval, operands: AttentionOperands<Aval>): boolean {
  const { batch, heads, time, source } = attentionSizes(operands);
  const whole = [batch, heads, time, source];
  return x.shape.length === 4 && x.shape.every((side, i) => side === 1 || side === whole[i]);
}
