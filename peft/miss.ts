import {
  normal,
  take,
  type Tensor,
  tensor,
  transpose,
  UnsupportedError,
  zeros,
} from "../core/mod.ts";
import type { Adapter, ModuleFields } from "./adapter.ts";
import { deltaWeight } from "./delta_weight.ts";
import type { Method } from "./method.ts";
import { moduleMethod } from "./_module_method.ts";
import { sidesOf } from "./_sides.ts";
import type { ModuleConfig } from "./targets.ts";

/** MiSS's configuration. */
export type MissConfig = ModuleConfig & {
  readonly r: number;
  readonly bias: string;
  readonly init_weights: boolean | string;
};

/** One block [r, out]. */
export type MissModule = { readonly miss_block: Tensor };

/**
 * MiSS, once Bone: every r-th input shares its column of the change, ΔW[o, j] = block[j mod r, o].
 *
 * @see Kang & Yin 2024, arXiv:2409.15371
 */
export const miss: Method<Adapter<ModuleFields<MissModule>, MissConfig>, MissConfig> = moduleMethod<
  MissModule,
  MissConfig
>({
  name: "miss",
  peft_type: "MISS",
  fields: { r: 64, bias: "none", init_weights: true },
  ignored: ["mini_r", "miss_dropout"],
  accepts: ["linear"],
  check: ({ init_weights }) => {
    if (typeof init_weights === "boolean") return;
    throw new UnsupportedError(
      `Cannot use init_weights "${init_weights}": the variants of MiSS differ in what they ` +
        `compute, and true and false are the ones there are`,
    );
  },
  shapes: (module, { r }) => ({ miss_block: [r, sidesOf(module)[1]] }),
  init: (key, module, { r, init_weights }) => {
    const shape = [r, sidesOf(module)[1]];
    return { miss_block: init_weights ? zeros(shape) : normal(key, shape) };
  },
  weight: (module, { miss_block }, { r }, { weight: amount }) => {
    const [inputs] = sidesOf(module);
    const rows = tensor(Array.from({ length: inputs }, (_, j) => j % r), { dtype: "i32" });
    const delta = transpose(take(miss_block, rows, { axis: 0 })); // [out, in]
    return deltaWeight({ base: module.weight, delta, amount }, null);
  },
});
