import {
  cos,
  expandDims,
  matmul,
  mul,
  normal,
  sin,
  sub,
  type Tensor,
  tensor,
  transpose,
  zeros,
} from "../core/mod.ts";
import type { Adapter, ModuleFields } from "./adapter.ts";
import { LORA_TARGETS, type TargetTable } from "./defaults.ts";
import { deltaWeight } from "./delta_weight.ts";
import type { Method } from "./method.ts";
import { moduleMethod } from "./_module_method.ts";
import { sidesOf } from "./_sides.ts";
import { patternValue } from "./_patterns.ts";
import { torchRandperm } from "./_torch_random.ts";
import type { ModuleConfig } from "./targets.ts";

/** FourierFT's configuration. */
export type FourierftConfig = ModuleConfig & {
  readonly bias: string;
  /** How many entries of the spectrum are trained. */
  readonly n_frequency: number;
  readonly n_frequency_pattern: { readonly [key: string]: number };
  readonly scaling: number;
  /** Seed of the places in the spectrum: they are in no file. */
  readonly random_loc_seed: number;
  /** True starts from zero. */
  readonly init_weights: boolean;
};

/** The trained entries, [n_frequency]. */
export type FourierftModule = { readonly fourierft_spectrum: Tensor };

const TARGETS: TargetTable = {
  ...LORA_TARGETS,
  gpt2: ["mlp.c_proj"],
  gpt_bigcode: ["mlp.c_proj"],
};

/**
 * FourierFT: ΔW = scaling · Re(ifft2(F)), F a spectrum [out, in] with a few trained entries c at
 * random places (p, q): ΔW[a, b] = scaling / (out · in) · Σ c cos(2π (a p / out + b q / in)).
 *
 * @see Gao et al. 2024, arXiv:2405.03003
 */
export const fourierft: Method<
  Adapter<ModuleFields<FourierftModule>, FourierftConfig>,
  FourierftConfig
> = moduleMethod<FourierftModule, FourierftConfig>({
  name: "fourierft",
  peft_type: "FOURIERFT",
  fields: {
    bias: "none",
    n_frequency: 1000,
    n_frequency_pattern: {},
    scaling: 150,
    random_loc_seed: 777,
    init_weights: false,
  },
  ignored: ["fan_in_fan_out"],
  accepts: ["linear", "conv1d"],
  targets: TARGETS,
  shapes: (module, config) => ({ fourierft_spectrum: [countOf(config, module.path)] }),
  init: (key, module, config) => {
    const shape = [countOf(config, module.path)];
    return { fourierft_spectrum: config.init_weights ? zeros(shape) : normal(key, shape) };
  },
  weight: (module, { fourierft_spectrum }, config, { weight: amount }) => {
    const [inputs, outputs] = sidesOf(module);
    const count = fourierft_spectrum.shape[0]!;
    const places = torchRandperm(inputs * outputs, count, config.random_loc_seed);
    const rows = angles(places.map((place) => Math.floor(place / inputs)), outputs);
    const columns = angles(places.map((place) => place % inputs), inputs);
    const scaled = expandDims(mul(config.scaling / (inputs * outputs), fourierft_spectrum), 0);
    // cos(x + y) = cos x cos y - sin x sin y: two products instead of a transform.
    const delta = sub(
      matmul(mul(scaled, cos(rows)), transpose(cos(columns))),
      matmul(mul(scaled, sin(rows)), transpose(sin(columns))),
    ); // [out, in]
    const stored = module.layout === "conv1d" ? transpose(delta) : delta;
    return deltaWeight({ base: module.weight, delta: stored, amount }, null);
  },
});

function countOf(config: FourierftConfig, path: string): number {
  return patternValue(config.n_frequency_pattern, path) ?? config.n_frequency;
}

/** 2π a p / side for every a below `side`, [side, places]; whole turns are left out. */
function angles(places: Uint32Array, side: number): Tensor {
  const count = places.length;
  const values = new Float32Array(side * count);
  for (let a = 0; a < side; a++) {
    for (let k = 0; k < count; k++) {
      values[a * count + k] = 2 * Math.PI * ((a * places[k]!) % side) / side;
    }
  }
  return tensor(values, { shape: [side, count] });
}
