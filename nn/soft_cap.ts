import { div, mul, tanh, type Tensor } from "../core/mod.ts";
import { inWide } from "./_wide.ts";

/**
 * Numbers kept smoothly between -cap and cap: cap · tanh(x / cap), as for the scores and logits of
 * Gemma 2.
 *
 * @param x floats
 * @param options `cap`: a positive number
 * @throws {RangeError} if it is not
 * @see Bello et al. 2016, arXiv:1611.09940; Gemma Team 2024, arXiv:2408.00118, section 2
 */
export function softCap(x: Tensor, options: { readonly cap: number }): Tensor {
  const { cap } = options;
  if (!(cap > 0)) throw new RangeError(`Cannot cap at ${cap}: use a positive number`);
  return inWide(x, (wide) => mul(cap, tanh(div(wide, cap))));
}
