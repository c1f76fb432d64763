import { sigmoid, tanh, type Tensor } from "../core/mod.ts";
import { gelu, quickGelu } from "./gelu.ts";
import { elu, selu } from "./exponential_units.ts";
import { hardSigmoid, hardSilu } from "./piecewise_units.ts";
import { leakyRelu, relu, relu6, reluSquared } from "./rectifiers.ts";
import { mish, silu, softplus } from "./smooth_units.ts";

/** An activation: a function of one tensor, element by element. */
export type Activation = (x: Tensor) => Tensor;

const NAMED: { readonly [name: string]: Activation } = {
  elu: (x) => elu(x),
  gelu: (x) => gelu(x),
  gelu_new: (x) => gelu(x, { approximate: true }),
  gelu_pytorch_tanh: (x) => gelu(x, { approximate: true }),
  gelu_fast: (x) => gelu(x, { approximate: true }),
  hardsigmoid: (x) => hardSigmoid(x),
  hardswish: (x) => hardSilu(x),
  leaky_relu: (x) => leakyRelu(x),
  linear: (x) => x,
  mish: (x) => mish(x),
  quick_gelu: (x) => quickGelu(x),
  relu: (x) => relu(x),
  relu2: (x) => reluSquared(x),
  relu6: (x) => relu6(x),
  selu: (x) => selu(x),
  sigmoid: (x) => sigmoid(x),
  silu: (x) => silu(x),
  softplus: (x) => softplus(x),
  swish: (x) => silu(x),
  tanh: (x) => tanh(x),
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
