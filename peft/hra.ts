import {
  concatenate,
  div,
  expandDims,
  eye,
  matmul,
  mul,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  transpose,
  uniform,
  UnsupportedError,
} from "../core/mod.ts";
import type { Adapter, ModuleFields } from "./adapter.ts";
import type { Method } from "./method.ts";
import { moduleMethod } from "./_module_method.ts";
import { sidesOf } from "./_sides.ts";
import { rotatedWeight } from "./rotated_weight.ts";
import type { ModuleConfig } from "./targets.ts";

/** HRA's configuration. */
export type HraConfig = ModuleConfig & {
  readonly r: number;
  readonly bias: string;
  readonly apply_GS: boolean;
  readonly init_weights: boolean;
};

/** One reflection a column, [in, r]. */
export type HraModule = { readonly hra_u: Tensor };

/**
 * HRA: W' = W · Π (I - 2 u uᵀ / ‖u‖²), a chain of r reflections of the inputs. They start in equal
 * pairs, which cancel.
 *
 * @see Yuan et al. 2024, arXiv:2405.17484
 */
export const hra: Method<Adapter<ModuleFields<HraModule>, HraConfig>, HraConfig> = moduleMethod<
  HraModule,
  HraConfig
>({
  name: "hra",
  peft_type: "HRA",
  fields: { r: 8, bias: "none", apply_GS: false, init_weights: true },
  accepts: ["linear"],
  check: ({ apply_GS }) => {
    if (!apply_GS) return;
    throw new UnsupportedError(`Cannot use apply_GS: reflections are used as they are`);
  },
  shapes: (module, { r }) => ({ hra_u: [sidesOf(module)[0], r] }),
  init: (key, module, { r, init_weights }) => {
    const [inputs] = sidesOf(module);
    if (init_weights && r % 2 !== 0) {
      throw new RangeError(`Cannot start ${r} reflections in pairs: use an even r`);
    }
    const bound = 1 / Math.sqrt(r);
    const draw = (columns: number): Tensor =>
      uniform(key, [inputs, columns], { minval: -bound, maxval: bound });
    if (!init_weights) return { hra_u: draw(r) };
    const half = draw(r / 2);
    const pairs = Array.from({ length: r / 2 }, (_, i) => {
      const column = slice(half, { start: [0, i], stop: [inputs, i + 1] });
      return [column, column];
    });
    return { hra_u: concatenate(pairs.flat(), { axis: 1 }) };
  },
  weight: (module, { hra_u }, { r }, { weight: amount }) => {
    const [inputs] = sidesOf(module);
    let chain = eye(inputs);
    for (let i = 0; i < r; i++) {
      const u = slice(hra_u, { start: [0, i], stop: [inputs, i + 1] }); // [in, 1]
      const reflected = matmul(matmul(chain, u), transpose(u));
      chain = sub(chain, mul(2, div(reflected, sum(square(u)))));
    }
    // The weight is multiplied from the right, so the input by the transpose.
    const rotation = expandDims(transpose(chain), 0);
    return rotatedWeight({ base: module.weight, rotation, amount }, null);
  },
});
