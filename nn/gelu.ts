import { add, erf, mul, sigmoid, tanh, type Tensor } from "../core/mod.ts";
import { inWide } from "./_wide.ts";

/** Options of `gelu`. */
export type GeluOptions = {
  /** Whether to use the tanh formula of GPT-2 instead of the exact one with erf. Default false. */
  readonly approximate?: boolean;
};

/**
 * Gaussian error linear unit: x · Φ(x), exactly x/2 · (1 + erf(x/√2)); with `approximate`
 * x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))). Half precision is computed in float32.
 *
 * @see Hendrycks & Gimpel 2016, arXiv:1606.08415
 */
export function gelu(x: Tensor, options: GeluOptions = {}): Tensor {
  // 1 + erf cancels in the tail: in half precision nothing of it would be left.
  return inWide(x, (wide) => {
    const gate = options.approximate
      ? tanh(mul(Math.sqrt(2 / Math.PI), mul(wide, add(1, mul(0.044715, mul(wide, wide))))))
      : erf(mul(Math.SQRT1_2, wide));
    return mul(mul(0.5, wide), add(1, gate));
  });
}

/** x · σ(1.702 x), OpenAI's approximation of `gelu` in CLIP. */
export function quickGelu(x: Tensor): Tensor {
  return mul(x, sigmoid(mul(1.702, x)));
}
