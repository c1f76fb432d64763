import {
  add,
  applyWeight,
  convert,
  defineWeight,
  dense,
  mul,
  reshape,
  type StructuredWeight,
  sub,
  type Tensor,
  UnsupportedError,
  type Weight,
  weightShape,
} from "../core/mod.ts";
import type { Layout } from "./layout.ts";

/** Tensors of a weight with (IA)³ in it. */
export type Ia3WeightFields = {
  readonly base: Weight;
  /** The gains, one a feature. */
  readonly ia3_l: Tensor;
  /** How much of the adapter is applied, a scalar. */
  readonly amount?: Tensor | undefined;
};

/** Settings of a weight with (IA)³ in it. */
export type Ia3WeightStatics = { readonly feedforward: boolean; readonly layout: Layout };

/** diag(l) W, or W diag(l) in feed-forward modules, for W [out, in]: a gain on outputs or inputs. */
export const ia3Weight: (
  fields: Ia3WeightFields,
  statics: Ia3WeightStatics,
) => StructuredWeight = defineWeight<Ia3WeightFields, Ia3WeightStatics>("ia3", {
  apply: (fields, x, use, { feedforward, layout }) => {
    const gain = ia3Gain(fields, layout === "conv" ? weightShape(fields.base).length - 1 : 1);
    if (use.kind === "unembed" || use.kind === "lookup") return applyWeight(fields.base, x, use);
    if (!feedforward) {
      const y = applyWeight(fields.base, x, use);
      return convert(mul(gain, y), y.dtype);
    }
    return applyWeight(fields.base, convert(mul(gain, x), x.dtype), use);
  },
  dense: (fields, { feedforward, layout }) => {
    const base = dense(fields.base);
    const axis = feedforward === (layout === "conv1d") ? 0 : 1;
    const gain = ia3Gain(fields, 1);
    const shape = base.shape.map((_, i) => i === axis ? gain.shape[0]! : 1);
    return convert(mul(reshape(gain, shape), base), base.dtype);
  },
  shape: ({ base }) => weightShape(base),
});

/**
 * The gains as [features], or [features, 1 ...] with `rank` axes to fit before those of an image.
 *
 * @throws {UnsupportedError} for one weight a row: the gain is in the bias as well
 */
export function ia3Gain(
  { ia3_l, amount }: Pick<Ia3WeightFields, "ia3_l" | "amount">,
  rank: number,
): Tensor {
  const features = ia3_l.shape.reduce((a, b) => a * b, 1);
  const gain = reshape(ia3_l, [features, ...new Array<number>(rank - 1).fill(1)]);
  if (!amount) return gain;
  if (amount.shape.length === 0) return add(1, mul(amount, sub(gain, 1)));
  throw new UnsupportedError(
    `Cannot graft (IA)³ with a weight for each row, [${amount.shape.join()}]: all rows share its ` +
      `biases; run the rows in a batch of their own`,
  );
}
