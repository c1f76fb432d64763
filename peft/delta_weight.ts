import {
  add,
  applyWeight,
  convert,
  defineWeight,
  dense,
  mul,
  type StructuredWeight,
  type Tensor,
  type Weight,
  weightShape,
} from "../core/mod.ts";
import { perRow, scalar } from "./_amount.ts";

/** Tensors of a weight and what is added to it. */
export type DeltaWeightFields = {
  readonly base: Weight;
  /** The change, in the layout of the stored weight. */
  readonly delta: Tensor;
  /** How much of it is applied: a scalar, or one a row of the batch. */
  readonly amount?: Tensor | undefined;
};

/**
 * W + ΔW, for changes that have no cheaper form: the product is formed with both apart, so the base
 * may be of any kind. A tied output layer keeps the base, as in PEFT.
 */
export const deltaWeight: (fields: DeltaWeightFields, statics: null) => StructuredWeight =
  defineWeight<DeltaWeightFields, null>("delta", {
    apply: ({ base, delta, amount }, x, use) => {
      const y = applyWeight(base, x, use);
      if (use.kind === "unembed") return y;
      const input = use.kind === "lookup" ? x : convert(x, delta.dtype);
      const change = applyWeight(delta, input, use);
      return add(y, convert(amount ? mul(perRow(amount, change), change) : change, y.dtype));
    },
    dense: ({ base, delta, amount }) => {
      const weight = dense(base);
      return convert(add(weight, amount ? mul(scalar(amount), delta) : delta), weight.dtype);
    },
    shape: ({ base }) => weightShape(base),
  });
