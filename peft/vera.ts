import {
  type FlatTree,
  full,
  normal,
  ones,
  type Shape,
  slice,
  type Tensor,
  tensor,
  zeros,
} from "../core/mod.ts";
import type { Adapter, ModuleFields } from "./adapter.ts";
import { asPositiveInteger, asRate } from "./_config.ts";
import { VERA_TARGETS } from "./defaults.ts";
import { foldInPath } from "./_keys.ts";
import type { Module } from "./layout.ts";
import type { Method } from "./method.ts";
import { moduleMethod } from "./_module_method.ts";
import { largestSides, sidesOf } from "./_sides.ts";
import type { ModuleConfig } from "./targets.ts";
import { torchGenerator, torchUniform } from "./_torch_random.ts";
import { veraWeight } from "./vera_weight.ts";

/** VeRA's configuration. */
export type VeraConfig = ModuleConfig & {
  readonly r: number;
  readonly bias: string;
  readonly vera_dropout: number;
  /** Where λ_d starts. */
  readonly d_initial: number;
  /** Seed of the shared projections. */
  readonly projection_prng_key: number;
  /** Whether files hold the projections; otherwise they are drawn again from the seed. */
  readonly save_projection: boolean;
  /** False starts away from the model as it is. */
  readonly init_weights: boolean;
};

/** What is trained of a module: λ_b [out] and λ_d [r]. */
export type VeraModule = { readonly vera_lambda_b: Tensor; readonly vera_lambda_d: Tensor };

/**
 * VeRA: ΔW = diag(λ_b) B diag(λ_d) A, where A and B are random, the same for all modules, and not
 * trained. Modules take the rows and columns that they need.
 *
 * @see Kopiczko et al. 2023, arXiv:2310.11454
 */
export const vera: Method<Adapter<ModuleFields<VeraModule>, VeraConfig>, VeraConfig> = moduleMethod<
  VeraModule,
  VeraConfig
>({
  name: "vera",
  peft_type: "VERA",
  fields: {
    r: 256,
    bias: "none",
    vera_dropout: 0,
    d_initial: 0.1,
    projection_prng_key: 0,
    save_projection: true,
    init_weights: true,
  },
  ignored: ["fan_in_fan_out"],
  accepts: ["linear", "conv1d"],
  targets: VERA_TARGETS,
  check: ({ r, vera_dropout }) => {
    asPositiveInteger("r", r);
    asRate("vera_dropout", vera_dropout);
  },
  shapes: (module, { r }) => ({ vera_lambda_b: [sidesOf(module)[1]], vera_lambda_d: [r] }),
  shared: {
    kind: "frozen",
    shapes: projectionShapes,
    draw: drawProjections,
    isSaved: ({ save_projection }) => save_projection,
  },
  init: (key, module, { r, d_initial, init_weights }) => {
    const outputs = sidesOf(module)[1];
    return init_weights
      ? { vera_lambda_b: zeros([outputs]), vera_lambda_d: full([r], d_initial) }
      : { vera_lambda_b: ones([outputs]), vera_lambda_d: normal(key, [r]) };
  },
  weight: (module, { vera_lambda_b, vera_lambda_d }, config, options) => {
    const { key, weight: amount, shared } = options;
    const [inputs, outputs] = sidesOf(module);
    const { r, vera_dropout: dropout } = config;
    const fields = {
      base: module.weight,
      A: slice(shared.vera_A!, { start: [0, 0], stop: [r, inputs] }),
      B: slice(shared.vera_B!, { start: [0, 0], stop: [outputs, r] }),
      lambda_d: vera_lambda_d,
      lambda_b: vera_lambda_b,
      key: key && dropout > 0 ? foldInPath(key, module.path) : undefined,
      amount,
    };
    return veraWeight(fields, { layout: module.layout, dropout });
  },
});

/** As large as the largest of the modules. */
function projectionShapes(
  modules: readonly Module[],
  { r }: VeraConfig,
): { readonly vera_A: Shape; readonly vera_B: Shape } {
  const [inputs, outputs] = largestSides(modules);
  return { vera_A: [r, inputs], vera_B: [outputs, r] };
}

/** Kaiming's uniform distribution, bound √(6 / columns), from one generator: A first, then B. */
function drawProjections(modules: readonly Module[], config: VeraConfig): FlatTree {
  const generator = torchGenerator(config.projection_prng_key);
  const draw = (shape: Shape): Tensor => {
    const [rows, columns] = shape as readonly [number, number];
    const bound = Math.sqrt(3) * (Math.sqrt(2) / Math.sqrt(columns));
    const values = torchUniform(generator, rows * columns, { low: -bound, high: bound });
    return tensor(values, { shape });
  };
  const shapes = projectionShapes(modules, config);
  return { vera_A: draw(shapes.vera_A), vera_B: draw(shapes.vera_B) };
}
