import {
  add,
  convert,
  dense,
  div,
  matmul,
  mul,
  reshape,
  sqrt,
  square,
  stopGradient,
  sum,
  type Tensor,
  transpose,
} from "../core/mod.ts";
import type { Layout } from "./layout.ts";
import type { LoraWeightFields } from "./lora_weight.ts";

type Scaled = { readonly scale: number; readonly layout: Layout };

/** Which axes of a stored weight its outputs do not run over. */
const REDUCED: { readonly [L in Layout]: (rank: number) => readonly number[] } = {
  linear: () => [1],
  conv1d: () => [0],
  embedding: () => [0],
  conv: (rank) => Array.from({ length: rank - 1 }, (_, i) => i + 1),
  other: () => [],
};

/** s·B·A in the layout of the stored weight. */
export function loraDelta(
  fields: Pick<LoraWeightFields, "lora_A" | "lora_B">,
  { scale, layout }: Scaled,
): Tensor {
  const { lora_A, lora_B } = fields;
  if (layout === "linear") return mul(scale, matmul(lora_B, lora_A)); // [out, in]
  if (layout !== "conv") return mul(scale, matmul(transpose(lora_A), transpose(lora_B)));
  const [r, ...window] = lora_A.shape;
  const [out, inner] = lora_B.shape;
  if (inner !== r) {
    throw new TypeError(
      `Cannot merge LoRA into a convolution with groups: B has ${inner} of ${r} ranks a group; ` +
        `use the adapter unmerged`,
    );
  }
  const flat = matmul(reshape(lora_B, [out!, r!]), reshape(lora_A, [r!, product(window)]));
  return mul(scale, reshape(flat, [out!, ...window]));
}

/** ‖W‖ of each output: what DoRA's magnitudes start from. [out], or [1, out, 1 ...] of convolutions. */
export function outputNorms(weight: Tensor, layout: Layout): Tensor {
  const axes = REDUCED[layout](weight.shape.length);
  const norms = sqrt(sum(square(convert(weight, "f32")), { axes }));
  if (layout !== "conv") return norms;
  return reshape(norms, [1, norms.shape[0]!, ...axes.slice(1).map(() => 1)]);
}

/**
 * m / ‖W + s·B·A‖ for each output. The norm is a constant to derivatives (arXiv:2402.09353, 4.3).
 *
 * @param statics `stored`: shaped to scale the stored weight instead of the layer's output
 */
export function doraFactor(
  fields: LoraWeightFields,
  statics: Scaled & { readonly stored?: boolean },
): Tensor {
  const { layout } = statics;
  const whole = add(dense(fields.base), loraDelta(fields, statics));
  const factor = div(fields.magnitude!, stopGradient(outputNorms(whole, layout)));
  if (!statics.stored) return factor;
  const reduced = REDUCED[layout](whole.shape.length);
  return reshape(factor, whole.shape.map((side, axis) => reduced.includes(axis) ? 1 : side));
}

function product(sides: readonly number[]): number {
  return sides.reduce((a, b) => a * b, 1);
}
