import {
  add,
  convert,
  dense,
  mul,
  normal,
  type Shape,
  splitKey,
  type Tensor,
  uniform,
  UnsupportedError,
  weightShape,
  zeros,
} from "../core/mod.ts";
import type { Module } from "./layout.ts";
import type { LoraConfig } from "./lora_config.ts";
import { loraDelta, outputNorms } from "./_lora_delta.ts";
import { decompose, type Factors, isDecomposition, orthogonalFactors } from "./_lora_factors.ts";
import { patternValue } from "./_patterns.ts";

/** LoRA's tensors in one module, named and nested as in PEFT's file. */
export type LoraModule = {
  /** [r, in], or [r, in, kernel ...] of a convolution. */
  readonly lora_A?: { readonly weight: Tensor } | undefined;
  /** [out, r] and, with lora_bias, [out]. */
  readonly lora_B?: { readonly weight: Tensor; readonly bias?: Tensor | undefined } | undefined;
  /** [r, V]. */
  readonly lora_embedding_A?: Tensor | undefined;
  /** [D, r]. */
  readonly lora_embedding_B?: Tensor | undefined;
  /** DoRA: [out]. */
  readonly lora_magnitude_vector?: Tensor | undefined;
};

/** Rank of the module `path`. */
export function rankOf(config: LoraConfig, path: string): number {
  return patternValue(config.rank_pattern, path) ?? config.r;
}

/** What B·A is multiplied by in the module `path`: alpha / r, or alpha / √r with use_rslora. */
export function scaleOf(config: LoraConfig, path: string): number {
  const alpha = patternValue(config.alpha_pattern, path) ?? config.lora_alpha;
  const r = rankOf(config, path);
  return alpha / (config.use_rslora ? Math.sqrt(r) : r);
}

/** Shapes of A and B for a module. */
export function factorShapes(module: Module, r: number): { readonly A: Shape; readonly B: Shape } {
  const shape = weightShape(module.weight);
  switch (module.layout) {
    case "conv1d":
      return { A: [r, shape[0]!], B: [shape[1]!, r] };
    case "embedding":
      return { A: [r, shape[0]!], B: [shape[1]!, r] };
    case "conv":
      return { A: [r, ...shape.slice(1)], B: [shape[0]!, r, ...shape.slice(2).map(() => 1)] };
    default:
      return { A: [r, shape[1]!], B: [shape[0]!, r] };
  }
}

/**
 * Fresh tensors for one module. B·A is zero, except with init_lora_weights false (random) and the
 * decompositions (taken from the weight).
 */
export function initModule(key: Tensor, module: Module, config: LoraConfig): LoraModule {
  const { lora_A, lora_B } = initFactors(key, module, config);
  const magnitude = config.use_dora ? initMagnitude(module, { lora_A, lora_B }, config) : undefined;
  if (module.layout === "embedding") {
    return {
      lora_embedding_A: lora_A,
      lora_embedding_B: lora_B,
      lora_magnitude_vector: magnitude,
    };
  }
  const bias = config.lora_bias ? zeros([lora_B.shape[0]!]) : undefined;
  return {
    lora_A: { weight: lora_A },
    lora_B: bias ? { weight: lora_B, bias } : { weight: lora_B },
    lora_magnitude_vector: magnitude,
  };
}

function initFactors(key: Tensor, module: Module, config: LoraConfig): Factors {
  const init = normalizeInit(config.init_lora_weights);
  const r = rankOf(config, module.path);
  const { A, B } = factorShapes(module, r);
  const [forA, forB] = splitKey(key);
  if (module.layout === "embedding") {
    return { lora_A: init === false ? normal(forA, A) : zeros(A), lora_B: normal(forB, B) };
  }
  const plain = module.layout !== "conv";
  if (isDecomposition(init) && plain) {
    return decompose(module, init, { r, scale: scaleOf(config, module.path) });
  }
  if (init === "orthogonal" && plain) return orthogonalFactors(key, { A, B });
  if (init === "gaussian") return { lora_A: mul(1 / r, normal(forA, A)), lora_B: zeros(B) };
  if (typeof init === "string") {
    throw new UnsupportedError(
      `Cannot start a convolution "${module.path}" from "${init}": ` +
        `use true, false or "gaussian"`,
    );
  }
  const fanIn = A.slice(1).reduce((a, b) => a * b, 1);
  // PyTorch's kaiming_uniform with a = √5 has the bound 1/√fan_in.
  return {
    lora_A: symmetric(forA, A, 1 / Math.sqrt(fanIn)),
    lora_B: init ? zeros(B) : symmetric(forB, B, 1 / Math.sqrt(r)),
  };
}

/** ‖W + s·B·A‖; a decomposition's base is W less s·B·A, so there it is ‖W‖. */
function initMagnitude(module: Module, factors: Factors, config: LoraConfig): Tensor {
  const weight = convert(dense(module.weight), "f32");
  if (config.init_lora_weights !== false) return outputNorms(weight, module.layout);
  const scale = scaleOf(config, module.path);
  const delta = loraDelta(factors, { scale, layout: module.layout });
  return outputNorms(add(weight, delta), module.layout);
}

/** Uniform in (-bound, bound). */
function symmetric(key: Tensor, shape: Shape, bound: number): Tensor {
  return uniform(key, shape, { minval: -bound, maxval: bound });
}

/**
 * The kinds that this library can make; PEFT's randomised PiSSA is the exact one here.
 *
 * @throws {UnsupportedError} for kinds that need data or a quantised base
 */
export function normalizeInit(init: LoraConfig["init_lora_weights"]): boolean | string {
  if (typeof init === "boolean") return init;
  const name = init.toLowerCase();
  if (name.startsWith("pissa_niter_")) return "pissa";
  if (isDecomposition(name) || name === "gaussian" || name === "orthogonal") return name;
  throw new UnsupportedError(
    `Cannot use init_lora_weights "${init}": it is true, false, "gaussian", "orthogonal", ` +
      `"pissa" or "olora"`,
  );
}
