import {
  matmul,
  mul,
  reshape,
  type Shape,
  splitKey,
  type Tensor,
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

/** LoKr's configuration. */
export type LokrConfig = ModuleConfig & {
  readonly r: number;
  readonly alpha: number;
  readonly rank_pattern: { readonly [key: string]: number };
  readonly alpha_pattern: { readonly [key: string]: number };
  readonly init_weights: boolean;
  /** Whether the small factor is decomposed too. */
  readonly decompose_both: boolean;
  /** A divisor for the sides, or -1 for the one closest to square. */
  readonly decompose_factor: number;
};

/** lokr_w1 [a1, a2] and lokr_w2 [b1, b2], or the two factors of either (…_a, …_b). */
export type LokrModule = { readonly [name: string]: Tensor };

/**
 * LoKr: ΔW = s · w1 ⊗ w2, a Kronecker product of matrices that may have low rank; s is alpha / r.
 *
 * @see Edalati et al. 2022, arXiv:2212.10650; Yeh et al. 2023, arXiv:2309.14859
 */
export const lokr: Method<Adapter<ModuleFields<LokrModule>, LokrConfig>, LokrConfig> = moduleMethod<
  LokrModule,
  LokrConfig
>({
  name: "lokr",
  peft_type: "LOKR",
  fields: {
    r: 8,
    alpha: 8,
    rank_pattern: {},
    alpha_pattern: {},
    init_weights: true,
    decompose_both: false,
    decompose_factor: -1,
  },
  ignored: ["rank_dropout", "module_dropout", "rank_dropout_scale", "use_effective_conv2d"],
  accepts: ["linear"],
  shapes,
  init: (key, module, config) => {
    const wanted = Object.entries(shapes(module, config));
    const keys = splitKey(key, wanted.length);
    // The first matrix is zero, and with it the product.
    return Object.fromEntries(wanted.map(([name, shape], i) => {
      const bound = 1 / Math.sqrt(shape[1]!);
      const isZero = config.init_weights && (name === "lokr_w1" || name === "lokr_w1_a");
      const random = (): Tensor => uniform(keys[i]!, shape, { minval: -bound, maxval: bound });
      return [name, isZero ? zeros(shape) : random()];
    }));
  },
  weight: ({ path, weight: base }, tensors, config, { weight: amount }) => {
    const product = (name: string): Tensor =>
      tensors[name] ?? matmul(tensors[`${name}_a`]!, tensors[`${name}_b`]!);
    const [w1, w2] = [product("lokr_w1"), product("lokr_w2")];
    const [a1, a2] = w1.shape as readonly [number, number];
    const [b1, b2] = w2.shape as readonly [number, number];
    const alpha = patternValue(config.alpha_pattern, path) ?? config.alpha;
    const kronecker = mul(reshape(w1, [a1, 1, a2, 1]), reshape(w2, [1, b1, 1, b2]));
    const delta = mul(alpha / rankOf(config, path), reshape(kronecker, [a1 * b1, a2 * b2]));
    return deltaWeight({ base, delta, amount }, null);
  },
});

function shapes(module: Module, config: LokrConfig): { readonly [name: string]: Shape } {
  const [inputs, outputs] = sidesOf(module);
  const [a1, b1] = factorize(outputs, config.decompose_factor);
  const [a2, b2] = factorize(inputs, config.decompose_factor);
  const r = rankOf(config, module.path);
  const first: { readonly [name: string]: Shape } =
    config.decompose_both && r < Math.max(a1, a2) / 2
      ? { lokr_w1_a: [a1, r], lokr_w1_b: [r, a2] }
      : { lokr_w1: [a1, a2] };
  return r < Math.max(b1, b2) / 2
    ? { ...first, lokr_w2_a: [b1, r], lokr_w2_b: [r, b2] }
    : { ...first, lokr_w2: [b1, b2] };
}

/** `side` as a product, the smaller factor first: 128 is 8 · 16. */
function factorize(side: number, factor: number): readonly [number, number] {
  if (factor > 0 && side % factor === 0) {
    return [factor, side / factor].sort((a, b) => a - b) as [
      number,
      number,
    ];
  }
  const most = factor > 0 ? factor : Infinity;
  let small = 1;
  for (let m = 1; m * m <= side && m <= most; m++) if (side % m === 0) small = m;
  return [small, side / small];
}

function rankOf(config: LokrConfig, path: string): number {
  return patternValue(config.rank_pattern, path) ?? config.r;
}
