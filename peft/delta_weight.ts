import {
  add,
  applyWeight,
  convert,
  defineWeight,
  dense,
  mul,
  reshape,
  type StructuredWeight,
  type Tensor,
  type Weight,
  weightShape,
} from "../core/mod.ts";

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

/** [B] as [B, 1, ...] beside `x`; a scalar as it is. */
export function perRow(amount: Tensor, x: Tensor): Tensor {
  if (amount.shape.length === 0) return amount;
  return reshape(amount, [amount.shape[0]!, ...x.shape.slice(1).map(() => 1)]);
}

/**
 * `amount`, if it is one number for all rows.
 *
 * @throws {TypeError} otherwise: one matrix serves all rows
 */
export function scalar(amount: Tensor): Tensor {
  if (amount.shape.length === 0) return amount;
  throw new TypeError(
    `Cannot merge an adapter whose weight differs by row, [${amount.shape.join()}]: ` +
      `one matrix serves all rows; graft it with a scalar weight`,
  );
}
