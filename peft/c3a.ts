import {
  mul,
  reshape,
  type Shape,
  take,
  type Tensor,
  tensor,
  transpose,
  uniform,
  zeros,
} from "../core/mod.ts";
import type { Adapter, ModuleFields } from "./adapter.ts";
import { deltaWeight } from "./delta_weight.ts";
import type { Module } from "./layout.ts";
import type { Method } from "./method.ts";
import { moduleMethod } from "./_module_method.ts";
import { sidesOf } from "./_sides.ts";
import { patternValue } from "./_patterns.ts";
import type { ModuleConfig } from "./targets.ts";

/** C3A's configuration. */
export type C3aConfig = ModuleConfig & {
  readonly bias: string;
  /** Side of the circulant blocks; divides both sides of the weights. */
  readonly block_size: number;
  readonly block_size_pattern: { readonly [key: string]: number };
  readonly init_weights: boolean | string;
};

/** First rows of the blocks, [out / b, in / b, b]. */
export type C3aModule = { readonly c3a_kernel: Tensor };

/**
 * C3A: ΔW of circulant blocks, ΔW[i b + a, j b + c] = kernel[i, j, (c - a) mod b] / in.
 *
 * Gradients are the true ones; PEFT 0.21 has those of the inputs reflected, so that modules below
 * one with C3A train differently there.
 *
 * The kernels do not start at zero, so a fresh adapter changes the model, as in PEFT.
 *
 * @see Chen et al. 2024, arXiv:2407.19342
 */
export const c3a: Method<Adapter<ModuleFields<C3aModule>, C3aConfig>, C3aConfig> = moduleMethod<
  C3aModule,
  C3aConfig
>({
  name: "c3a",
  peft_type: "C3A",
  fields: {
    bias: "none",
    block_size: 256,
    block_size_pattern: {},
    init_weights: "xavier_uniform",
  },
  accepts: ["linear"],
  shapes: (module, config) => ({ c3a_kernel: kernelShape(module, config) }),
  init: (key, module, config) => {
    const shape = kernelShape(module, config);
    const [inputs, outputs] = sidesOf(module);
    const bound = Math.sqrt(6 / (inputs + outputs)); // Xavier
    const random = (): Tensor => uniform(key, shape, { minval: -bound, maxval: bound });
    return { c3a_kernel: config.init_weights === true ? zeros(shape) : random() };
  },
  weight: (module, { c3a_kernel }, _config, { weight: amount }) => {
    const [rows, columns, b] = c3a_kernel.shape as readonly [number, number, number];
    const [inputs, outputs] = sidesOf(module);
    const shifts = Array.from({ length: b * b }, (_, at) => {
      const [a, c] = [Math.floor(at / b), at % b];
      return (c - a + b) % b;
    });
    const ids = tensor(shifts, { dtype: "i32" });
    const blocks = reshape(take(c3a_kernel, ids, { axis: 2 }), [rows, columns, b, b]);
    const whole = reshape(transpose(blocks, [0, 2, 1, 3]), [outputs, inputs]);
    const delta = mul(1 / inputs, whole);
    return deltaWeight({ base: module.weight, delta, amount }, null);
  },
});

function kernelShape(module: Module, config: C3aConfig): Shape {
  const [inputs, outputs] = sidesOf(module);
  const b = patternValue(config.block_size_pattern, module.path) ?? config.block_size;
  if (inputs % b === 0 && outputs % b === 0) return [outputs / b, inputs / b, b];
  throw new RangeError(
    `Cannot use block_size ${b} for "${module.path}": it does not divide [${outputs}, ${inputs}]; ` +
      `set block_size_pattern`,
  );
}
