import { add, applyWeight, convert, type Tensor, type Weight } from "../core/mod.ts";

/** Parameters of a linear layer: `weight` [out, in] as PyTorch stores it, or [in, out] in Conv1D. */
export type LinearParams = { readonly weight: Weight; readonly bias?: Tensor };

/** Options of `linear`. */
export type LinearOptions = {
  /** Axis of the stored matrix that is the input: 1 for [out, in], 0 for [in, out]. Default 1. */
  readonly inAxis?: 0 | 1;
};

/**
 * Linear layer: y = x Wᵀ + b, over the last axis.
 *
 * @param params `weight` [out, in], plain or structured, and `bias` [out] if there is one
 * @param x [..., in]
 * @param options `inAxis`: 0 where the weight is stored as [in, out]
 * @returns [..., out]
 * @throws {ShapeError} if the last side of `x` is not the layer's input size
 * @example Two inputs, three outputs
 * ```ts
 * import "../mod.ts";
 * import { tensor } from "../core/mod.ts";
 * import { linear } from "./mod.ts";
 * const y = linear({ weight: tensor([[1, 0], [0, 1], [1, 1]]) }, tensor([2, 3]));
 * if ((await y.data()).join() !== "2,3,5") throw new Error("unexpected");
 * ```
 */
export function linear(params: LinearParams, x: Tensor, options: LinearOptions = {}): Tensor {
  const y = applyWeight(params.weight, x, { kind: "linear", inAxis: options.inAxis ?? 1 });
  return params.bias ? add(y, convert(params.bias, y.dtype)) : y;
}

/**
 * The linear layer of GPT-2, which stores its weight as [in, out]: y = x W + b.
 *
 * @param params `weight` [in, out] and `bias` [out]
 * @param x [..., in]
 * @returns [..., out]
 */
export function conv1D(params: LinearParams, x: Tensor): Tensor {
  return linear(params, x, { inAxis: 0 });
}
