import { softmax, type Tensor, where } from "../core/mod.ts";
import { HIDDEN_SCORE } from "../core/internal.ts";
import { inWide } from "./_wide.ts";

/** Options of `maskedSoftmax`: the axis of the classes, the last by default. */
export type MaskedSoftmaxOptions = { readonly axis?: number };

/**
 * Softmax over the elements where `mask` is true; the others are 0, also where there is none.
 *
 * @param x float scores
 * @param mask bool, broadcasts to `x`
 * @param options `axis`
 */
export function maskedSoftmax(
  x: Tensor,
  mask: Tensor,
  options: MaskedSoftmaxOptions = {},
): Tensor {
  return inWide(x, (wide) => where(mask, softmax(where(mask, wide, HIDDEN_SCORE), options), 0));
}
