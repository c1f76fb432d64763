import { matmul, mul, normal, splitKey, type Tensor, uniform, zeros } from "../core/mod.ts";
import type { Adapter, ModuleFields } from "./adapter.ts";
import { deltaWeight } from "./delta_weight.ts";
import type { Method } from "./method.ts";
import { moduleMethod } from "./_module_method.ts";
import { sidesOf } from "./_sides.ts";
import { patternValue } from "./_patterns.ts";
import type { ModuleConfig } from "./targets.ts";

/** LoHa's configuration. */
export type LohaConfig = ModuleConfig & {
  readonly r: number;
  readonly alpha: number;
  readonly rank_pattern: { readonly [key: string]: number };
  readonly alpha_pattern: { readonly [key: string]: number };
  readonly init_weights: boolean;
};

/** Two pairs of factors: [out, r] and [r, in] each. */
export type LohaModule = {
  readonly hada_w1_a: Tensor;
  readonly hada_w1_b: Tensor;
  readonly hada_w2_a: Tensor;
  readonly hada_w2_b: Tensor;
};

/**
 * LoHa: ΔW = s · (w1_a w1_b) ⊙ (w2_a w2_b), of rank up to r²; s is alpha / r.
 *
 * @see Hyeon-Woo et al. 2021, arXiv:2108.06098
 */
export const loha: Method<Adapter<ModuleFields<LohaModule>, LohaConfig>, LohaConfig> = moduleMethod<
  LohaModule,
  LohaConfig
>({
  name: "loha",
  peft_type: "LOHA",
  fields: { r: 8, alpha: 8, rank_pattern: {}, alpha_pattern: {}, init_weights: true },
  ignored: ["rank_dropout", "module_dropout", "use_effective_conv2d"],
  accepts: ["linear"],
  shapes: (module, config) => {
    const [inputs, outputs] = sidesOf(module);
    const r = rankOf(config, module.path);
    const [a, b] = [[outputs, r], [r, inputs]];
    return { hada_w1_a: a, hada_w1_b: b, hada_w2_a: a, hada_w2_b: b };
  },
  init: (key, module, config) => {
    const [inputs, outputs] = sidesOf(module);
    const r = rankOf(config, module.path);
    const keys = splitKey(key, 4);
    const within = (i: number, shape: readonly number[]): Tensor => {
      const bound = 1 / Math.sqrt(shape[1]!);
      return uniform(keys[i]!, shape, { minval: -bound, maxval: bound });
    };
    return {
      hada_w1_a: within(0, [outputs, r]),
      hada_w1_b: within(1, [r, inputs]),
      hada_w2_a: within(2, [outputs, r]),
      hada_w2_b: config.init_weights ? zeros([r, inputs]) : normal(keys[3]!, [r, inputs]),
    };
  },
  weight: ({ path, weight: base }, tensors, config, { weight: amount }) => {
    const first = matmul(tensors.hada_w1_a, tensors.hada_w1_b);
    const second = matmul(tensors.hada_w2_a, tensors.hada_w2_b);
    const alpha = patternValue(config.alpha_pattern, path) ?? config.alpha;
    const scale = alpha / rankOf(config, path);
    return deltaWeight({ base, delta: mul(scale, mul(first, second)), amount }, null);
  },
});

function rankOf(config: LohaConfig, path: string): number {
  return patternValue(config.rank_pattern, path) ?? config.r;
}
