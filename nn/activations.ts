import {
  add,
  convert,
  erf,
  lessEqual,
  mul,
  sigmoid,
  tanh,
  type Tensor,
  where,
} from "../core/mod.ts";

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
  const wide = x.dtype === "f16" || x.dtype === "bf16" ? convert(x, "f32") : x;
  const gate = options.approximate
    ? tanh(mul(Math.sqrt(2 / Math.PI), mul(wide, add(1, mul(0.044715, mul(wide, wide))))))
    : erf(mul(Math.SQRT1_2, wide));
  return convert(mul(mul(0.5, wide), add(1, gate)), x.dtype);
}

/** max(x, 0), with derivative 0 at 0. */
export function relu(x: Tensor): Tensor {
  return where(lessEqual(x, 0), 0, x);
}

/** x · σ(x), also called swish. */
export function silu(x: Tensor): Tensor {
  return mul(x, sigmoid(x));
}

/** An activation: a function of one tensor, element by element. */
export type Activation = (x: Tensor) => Tensor;

const NAMED: { readonly [name: string]: Activation } = {
  gelu: (x) => gelu(x),
  gelu_new: (x) => gelu(x, { approximate: true }),
  gelu_pytorch_tanh: (x) => gelu(x, { approximate: true }),
  gelu_fast: (x) => gelu(x, { approximate: true }),
  quick_gelu: (x) => mul(x, sigmoid(mul(1.702, x))),
  relu: (x) => relu(x),
  silu: (x) => silu(x),
  swish: (x) => silu(x),
  tanh: (x) => tanh(x),
  linear: (x) => x,
};

/**
 * The activation that a checkpoint's configuration names, such as "gelu_new".
 *
 * @throws {RangeError} if there is none of that name; lists those there are
 */
export function activation(name: string): Activation {
  const found = Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
  if (found) return found;
  throw new RangeError(
    `Cannot use the activation "${name}": it is not defined; the defined ones are ` +
      Object.keys(NAMED).map((known) => `"${known}"`).join(", "),
  );
}
