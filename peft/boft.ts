import {
  add,
  expandDims,
  eye,
  inv,
  matmul,
  mul,
  normal,
  ones,
  reshape,
  sub,
  type Tensor,
  transpose,
  UnsupportedError,
  zeros,
} from "../core/mod.ts";
import type { Adapter, ModuleFields } from "./adapter.ts";
import type { Module } from "./layout.ts";
import type { Method } from "./method.ts";
import { moduleMethod } from "./_module_method.ts";
import { sidesOf } from "./_sides.ts";
import { rotatedWeight } from "./rotated_weight.ts";
import type { ModuleConfig } from "./targets.ts";

/** BOFT's configuration. */
export type BoftConfig = ModuleConfig & {
  readonly bias: string;
  readonly boft_block_size: number;
  /** Number of blocks, or 0 to go by their size. */
  readonly boft_block_num: number;
  readonly boft_n_butterfly_factor: number;
  readonly init_weights: boolean;
};

/** Blocks [1, in / b, b, b] and a gain for each output, [out, 1]. */
export type BoftModule = { readonly boft_R: Tensor; readonly boft_s: Tensor };

/**
 * BOFT with one butterfly factor: W' = diag(s) W Oᵀ, O a rotation in blocks, the Cayley transform
 * (I - K)(I + K)⁻¹ of K = (R - Rᵀ) / 2.
 *
 * @see Liu et al. 2023, arXiv:2311.06243
 */
export const boft: Method<Adapter<ModuleFields<BoftModule>, BoftConfig>, BoftConfig> = moduleMethod<
  BoftModule,
  BoftConfig
>({
  name: "boft",
  peft_type: "BOFT",
  fields: {
    bias: "none",
    boft_block_size: 4,
    boft_block_num: 0,
    boft_n_butterfly_factor: 1,
    init_weights: true,
  },
  ignored: ["boft_dropout", "fan_in_fan_out"],
  accepts: ["linear"],
  check: ({ boft_n_butterfly_factor: factors }) => {
    if (factors === 1) return;
    throw new UnsupportedError(`Cannot use ${factors} butterfly factors: there is one`);
  },
  shapes,
  init: (key, module, config) => {
    const { boft_R, boft_s } = shapes(module, config);
    if (config.init_weights) return { boft_R: zeros(boft_R), boft_s: ones(boft_s) };
    return { boft_R: mul(0.1, normal(key, boft_R)), boft_s: ones(boft_s) };
  },
  weight: (module, { boft_R, boft_s }, _config, { weight: amount }) => {
    const [, blocks, b] = boft_R.shape as readonly [number, number, number, number];
    const free = reshape(boft_R, [blocks, b, b]);
    const k = mul(0.5, sub(free, transpose(free, [0, 2, 1])));
    const one = expandDims(eye(b), 0);
    const rotation = matmul(sub(one, k), inv(add(one, k)));
    const gain = reshape(boft_s, [boft_s.shape[0]!]);
    return rotatedWeight({ base: module.weight, rotation, gain, amount }, null);
  },
});

function shapes(
  module: Module,
  config: BoftConfig,
): { readonly boft_R: readonly number[]; readonly boft_s: readonly number[] } {
  const [inputs, outputs] = sidesOf(module);
  const b = config.boft_block_num > 0 ? inputs / config.boft_block_num : config.boft_block_size;
  if (inputs % b === 0) return { boft_R: [1, inputs / b, b, b], boft_s: [outputs, 1] };
  throw new RangeError(
    `Cannot cut the ${inputs} inputs of "${module.path}" into blocks of ${b}: it is no divisor; ` +
      `change boft_block_size`,
  );
}
