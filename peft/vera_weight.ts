import {
  add,
  applyWeight,
  convert,
  defineWeight,
  dense,
  expandDims,
  matmul,
  mul,
  type StructuredWeight,
  type Tensor,
  transpose,
  unsupportedUse,
  type Use,
  type Weight,
  weightShape,
} from "../core/mod.ts";
import { dropout } from "../nn/mod.ts";
import { perRow, scalar } from "./_amount.ts";
import type { Layout } from "./layout.ts";

/** Tensors of a weight with VeRA in it. */
export type VeraWeightFields = {
  readonly base: Weight;
  /** [r, in] */
  readonly A: Tensor;
  /** [out, r] */
  readonly B: Tensor;
  /** [r] */
  readonly lambda_d: Tensor;
  /** [out] */
  readonly lambda_b: Tensor;
  /** Random key of dropout. */
  readonly key?: Tensor | undefined;
  /** How much of the adapter is applied: a scalar, or one a row of the batch. */
  readonly amount?: Tensor | undefined;
};

/** Settings of a weight with VeRA in it. */
export type VeraWeightStatics = { readonly layout: Layout; readonly dropout: number };

const PLAIN: Use = { kind: "linear", inAxis: 1 };

/**
 * y = x Wᵀ + λ_b ⊙ ((λ_d ⊙ x Aᵀ) Bᵀ): the vectors scale results, so that their gradients need no
 * product of the size of A or B. A tied output layer keeps the base.
 */
export const veraWeight: (
  fields: VeraWeightFields,
  statics: VeraWeightStatics,
) => StructuredWeight = defineWeight<VeraWeightFields, VeraWeightStatics>("vera", {
  apply: ({ base, A, B, lambda_d, lambda_b, key, amount }, x, use, statics) => {
    const y = applyWeight(base, x, use);
    if (use.kind === "unembed") return y;
    if (use.kind !== "linear") throw unsupportedUse("vera", use);
    const dropped = dropout(convert(x, A.dtype), { rate: statics.dropout, key });
    const inner = mul(lambda_d, applyWeight(A, dropped, PLAIN)); // [..., r]
    const scaled = amount ? mul(perRow(amount, inner), inner) : inner;
    const change = mul(lambda_b, applyWeight(B, scaled, PLAIN)); // [..., out]
    return add(y, convert(change, y.dtype));
  },
  dense: ({ base, A, B, lambda_d, lambda_b, amount }, { layout }) => {
    const weight = dense(base);
    const delta = matmul(mul(expandDims(lambda_b, 1), B), mul(expandDims(lambda_d, 1), A));
    const whole = amount ? mul(scalar(amount), delta) : delta; // [out, in]
    return convert(add(weight, layout === "conv1d" ? transpose(whole) : whole), weight.dtype);
  },
  shape: ({ base }) => weightShape(base),
});
