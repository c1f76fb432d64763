import {
  add,
  applyWeight,
  convert,
  defineWeight,
  dense,
  matmul,
  mul,
  reshape,
  type StructuredWeight,
  sub,
  type Tensor,
  transpose,
  unsupportedUse,
  type Weight,
  weightShape,
} from "../core/mod.ts";
import { perRow, scalar } from "./_amount.ts";

/** Tensors of a weight whose inputs are rotated. */
export type RotatedWeightFields = {
  /** [out, in] */
  readonly base: Weight;
  /** Blocks of the rotation R, [in / b, b, b]: x becomes x R. */
  readonly rotation: Tensor;
  /** A factor for each output, [out]. */
  readonly gain?: Tensor | undefined;
  /** How much of it is applied: a scalar, or one a row of the batch. */
  readonly amount?: Tensor | undefined;
};

/** diag(g) W Rᵀ with a rotation R in blocks: y = g ⊙ ((x R) Wᵀ), whatever kind W is of. */
export const rotatedWeight: (fields: RotatedWeightFields, statics: null) => StructuredWeight =
  defineWeight<RotatedWeightFields, null>("rotated", {
    apply: ({ base, rotation, gain, amount }, x, use) => {
      if (use.kind !== "linear" || use.inAxis !== 1) throw unsupportedUse("rotated", use);
      const rotated = convert(rotate(convert(x, rotation.dtype), rotation), x.dtype);
      const product = applyWeight(base, rotated, use);
      const y = convert(gain ? mul(gain, product) : product, product.dtype);
      if (!amount) return y;
      const before = applyWeight(base, x, use);
      const change = sub(y, before);
      return convert(add(before, mul(perRow(amount, change), change)), y.dtype);
    },
    dense: ({ base, rotation, gain, amount }) => {
      const weight = dense(base);
      const turned = rotate(convert(weight, rotation.dtype), transpose(rotation, [0, 2, 1]));
      const whole = gain ? mul(reshape(gain, [gain.shape[0]!, 1]), turned) : turned;
      const mixed = amount ? add(weight, mul(scalar(amount), sub(whole, weight))) : whole;
      return convert(mixed, weight.dtype);
    },
    shape: ({ base }) => weightShape(base),
  });

/** x [..., in] times the blocks [in / b, b, b]. */
function rotate(x: Tensor, blocks: Tensor): Tensor {
  const [count, b] = blocks.shape as readonly [number, number, number];
  const rows = x.shape.slice(0, -1).reduce((a, side) => a * side, 1);
  const split = transpose(reshape(x, [rows, count, b]), [1, 0, 2]); // [blocks, rows, b]
  return reshape(transpose(matmul(split, blocks), [1, 0, 2]), x.shape);
}
