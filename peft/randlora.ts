import {
  expandDims,
  type FlatTree,
  full,
  mul,
  normal,
  reshape,
  type Shape,
  slice,
  type Tensor,
  transpose,
  zeros,
} from "../core/mod.ts";
import type { Adapter, ModuleFields } from "./adapter.ts";
import { asPositiveInteger, asRate } from "./_config.ts";
import type { Module } from "./layout.ts";
import { lowRankWeight } from "./_low_rank.ts";
import type { Method } from "./method.ts";
import { moduleMethod } from "./_module_method.ts";
import { largestSides, sidesOf } from "./_sides.ts";
import { drawDense, drawSparse } from "./_randlora_bases.ts";
import type { ModuleConfig } from "./targets.ts";

/** RandLoRA's configuration. */
export type RandloraConfig = ModuleConfig & {
  /** Rank of each base: the smaller, the more of them there are. */
  readonly r: number;
  readonly bias: string;
  /** The change is scaled by this over r. */
  readonly randlora_alpha: number;
  readonly randlora_dropout: number;
  /** Bases of -1, 0 and 1; most of a very sparse one is 0. */
  readonly sparse: boolean;
  readonly very_sparse: boolean;
  /** Seed of the shared bases. */
  readonly projection_prng_key: number;
  /** Whether files hold the bases; otherwise they are drawn again from the seed. */
  readonly save_projection: boolean;
  /** False starts away from the model as it is. */
  readonly init_weights: boolean;
};

/** What is trained of a module with n bases: λ [r, n] and γ [n, the smaller side]. */
export type RandloraModule = { readonly randlora_lambda: Tensor; readonly randlora_gamma: Tensor };

/**
 * RandLoRA: ΔW = α / r · Σ B_i diag(λ_i) A diag(γ_i), a sum of random bases of rank r, as many as
 * make the rank full. A and B are the same for all modules and not trained. A is on the smaller side
 * of the weight, so few numbers are trained.
 *
 * @see Albert et al. 2025, arXiv:2502.00987
 */
export const randlora: Method<
  Adapter<ModuleFields<RandloraModule>, RandloraConfig>,
  RandloraConfig
> = moduleMethod<RandloraModule, RandloraConfig>({
  name: "randlora",
  peft_type: "RANDLORA",
  fields: {
    r: 32,
    bias: "none",
    randlora_alpha: 640,
    randlora_dropout: 0,
    sparse: false,
    very_sparse: false,
    projection_prng_key: 0,
    save_projection: true,
    init_weights: true,
  },
  ignored: ["fan_in_fan_out"],
  accepts: ["linear", "conv1d"],
  check: ({ r, randlora_dropout }) => {
    asPositiveInteger("r", r);
    asRate("randlora_dropout", randlora_dropout);
  },
  shapes: (module, { r }) => {
    const [small] = ordered(module);
    const bases = Math.ceil(small / r);
    return { randlora_lambda: [r, bases], randlora_gamma: [bases, small] };
  },
  shared: {
    kind: "frozen",
    shapes: basesShapes,
    draw: drawBases,
    isSaved: ({ save_projection }) => save_projection,
  },
  init: (key, module, { r, init_weights }) => {
    const [small, large] = ordered(module);
    const bases = Math.ceil(small / r);
    if (!init_weights) {
      return {
        randlora_lambda: normal(key, [r, bases]),
        randlora_gamma: full([bases, small], 1 / large),
      };
    }
    const gamma = full([bases, small], 1 / Math.max(bases, small));
    return { randlora_lambda: zeros([r, bases]), randlora_gamma: gamma };
  },
  weight: (module, tensors, { r, randlora_alpha, randlora_dropout: dropout }, options) => {
    const { small, large } = factorsOf(module, tensors, options.shared);
    const [inputs, outputs] = sidesOf(module);
    const [A, B] = inputs <= outputs ? [small, large] : [transpose(large), transpose(small)];
    return lowRankWeight(module, { A, B, scale: randlora_alpha / r, dropout }, options);
  },
});

/**
 * The factors on the smaller side, [r n, small], and on the larger one, [large, n r]. Their inner
 * axes are numbered differently, as in PEFT: what is random can be paired at will.
 */
function factorsOf(
  module: Module,
  { randlora_lambda, randlora_gamma }: RandloraModule,
  shared: FlatTree,
): { readonly small: Tensor; readonly large: Tensor } {
  const [smallSide, largeSide] = ordered(module);
  const [r, bases] = randlora_lambda.shape as readonly [number, number];
  const ownA = slice(shared.randlora_A!, { start: [0, 0, 0], stop: [r, 1, smallSide] });
  const ownB = slice(shared.randlora_B!, { start: [0, 0, 0], stop: [largeSide, bases, r] });
  const scaled = mul(mul(expandDims(randlora_lambda, 2), ownA), expandDims(randlora_gamma, 0));
  return {
    small: reshape(scaled, [r * bases, smallSide]),
    large: reshape(ownB, [largeSide, bases * r]),
  };
}

/** The sides of a module, the smaller first. */
function ordered(module: Module): readonly [small: number, large: number] {
  const [inputs, outputs] = sidesOf(module);
  return [Math.min(inputs, outputs), Math.max(inputs, outputs)];
}

/** Large enough for every module: inputs and outputs are looked at apart. */
function basesShapes(
  modules: readonly Module[],
  { r }: RandloraConfig,
): { readonly randlora_A: Shape; readonly randlora_B: Shape } {
  const [inputs, outputs] = largestSides(modules);
  const [small, large] = [Math.min(inputs, outputs), Math.max(inputs, outputs)];
  return { randlora_A: [r, 1, small], randlora_B: [large, Math.ceil(small / r), r] };
}

function drawBases(modules: readonly Module[], config: RandloraConfig): FlatTree {
  const { randlora_A: A, randlora_B: B } = basesShapes(modules, config);
  const seed = config.projection_prng_key;
  if (!config.sparse && !config.very_sparse) return drawDense({ A, B }, seed);
  return drawSparse({ A, B }, { seed, sparsity: config.very_sparse ? Math.sqrt(A[2]!) : 3 });
}
