import {
  concatenate,
  matmul,
  mul,
  splitKey,
  type Tensor,
  UnsupportedError,
  zeros,
} from "../core/mod.ts";
import { makeAdapter } from "./adapter.ts";
import { foldInPath } from "./_keys.ts";
import { factorsOf, type LoraAdapter } from "./lora.ts";
import type { LoraConfig } from "./lora_config.ts";
import { type Factors, truncatedSvd } from "./_lora_factors.ts";
import { type LoraModule, scaleOf } from "./_lora_init.ts";
import { mix, type Mixing, type MixOptions, randomMask } from "./_mixing.ts";

export type { Mixing };

/** What is combined: factors apart, stacked factors, or whole changes cut down by an SVD. */
export type CombinationType = "cat" | "svd" | Mixing | `${Exclude<Mixing, "linear">}_svd`;

/** Options of `combineAdapters`; names as in PEFT. */
export type CombineOptions = {
  /** Default "svd". */
  readonly combination_type?: CombinationType;
  /** Share of elements that the pruning types keep. */
  readonly density?: number;
  readonly majority_sign_method?: "total" | "frequency";
  /** Rank of the svd types; by default the greatest of the adapters. */
  readonly svd_rank?: number;
  /** Random key of the dare types. */
  readonly key?: Tensor;
  /** The random masks themselves, instead of a key. */
  readonly mask?: (place: MaskPlace, tensor: Tensor) => Tensor;
};

/** Which tensor a mask is for: a factor or the whole change of a module, of adapter `index`. */
export type MaskPlace = {
  readonly path: string;
  readonly part: "A" | "B" | "delta";
  readonly index: number;
};

type Part = Factors & { readonly index: number; readonly scale: number; readonly weight: number };

/**
 * One LoRA adapter out of several, with a weight for each: PEFT's add_weighted_adapter.
 *
 * - "cat" stacks the factors and is exact; the ranks add up
 * - "svd" cuts the weighted sum of the changes down to a rank, the best approximation
 * - "linear" adds A and B apart: cheap, and with cross terms, so it is not the sum of the changes
 * - "ties", "dare_linear", "dare_ties", "magnitude_prune" prune before adding; with "_svd" they
 *   prune whole changes instead of factors
 *
 * The result has scale 1. PEFT leaves use_rslora on, which scales the result by √rank once more;
 * here it is off.
 *
 * @param adapters LoRA adapters of one model
 * @param weights one factor an adapter; may be negative
 * @throws {UnsupportedError} for DoRA and trained biases or modules, which do not add up
 * @throws {RangeError} if ranks differ where factors are added, or a density is missing
 */
export function combineAdapters(
  adapters: readonly LoraAdapter[],
  weights: readonly number[],
  options: CombineOptions = {},
): LoraAdapter {
  const type = adapters.length === 1 ? "linear" : options.combination_type ?? "svd";
  checkAdapters(adapters, weights);
  const density = densityOf(type, options.density);
  const paths = [...new Set(adapters.flatMap((adapter) => Object.keys(adapter.fields.modules)))];
  const ranks = adapters.map((adapter) => adapter.statics.r);
  const rank = type === "cat"
    ? ranks.reduce((a, b) => a + b)
    : type.endsWith("svd")
    ? options.svd_rank ?? Math.max(...ranks)
    : ranks[0]!;
  const modules: { [path: string]: LoraModule } = {};
  const rank_pattern: { [path: string]: number } = {};
  for (const path of paths) {
    const parts = partsOf(adapters, weights, path);
    const factors = combineParts(parts, type, { ...options, density, path, rank });
    modules[path] = moduleLike(adapters[parts[0]!.index]!.fields.modules[path]!, factors);
    const found = factors.lora_A.shape[0]!;
    if (found !== rank) rank_pattern[`^${path.replaceAll(".", "\\.")}`] = found;
  }
  const config = combinedConfig(adapters, { r: rank, rank_pattern });
  return makeAdapter("lora", { modules, replaced: {} }, config);
}

function partsOf(
  adapters: readonly LoraAdapter[],
  weights: readonly number[],
  path: string,
): readonly Part[] {
  return adapters.flatMap((adapter, index) => {
    const module = adapter.fields.modules[path];
    if (!module) return [];
    const weight = weights[index]!;
    const scale = scaleOf(adapter.statics, path);
    return [{ ...factorsOf(module), index, scale, weight }];
  });
}

type PartOptions = CombineOptions & {
  readonly density: number;
  readonly path: string;
  readonly rank: number;
};

function combineParts(
  parts: readonly Part[],
  type: CombinationType,
  options: PartOptions,
): Factors {
  if (type === "cat") return concatenateParts(parts, options.rank);
  if (type === "svd" || type.endsWith("_svd")) {
    const changes = parts.map(({ lora_A, lora_B, scale }) => mul(scale, matmul(lora_B, lora_A)));
    const mixing = type === "svd" ? "linear" : type.slice(0, -"_svd".length) as Mixing;
    const weights = parts.map(({ weight }) => weight);
    const change = mix(changes, mixing, mixOptions(parts, { ...options, weights, part: "delta" }));
    return truncatedSvd(change, options.rank);
  }
  const [first, ...rest] = parts.map(({ lora_A }) => lora_A.shape[0]!);
  if (rest.some((r) => r !== first)) {
    throw new RangeError(
      `Cannot combine adapters of ranks ${[first, ...rest].join(" and ")} by "${type}" in ` +
        `"${options.path}": factors must have equal ranks; use "cat" or "svd"`,
    );
  }
  // Each factor gets the root of weight and scale; A takes the sign.
  const roots = parts.map(({ scale, weight }) => Math.sqrt(Math.abs(weight * scale)));
  const signed = parts.map(({ scale, weight }, i) => Math.sign(weight * scale) * roots[i]!);
  const mixed = (part: "A" | "B", weights: readonly number[]): Tensor =>
    mix(
      parts.map((each) => part === "A" ? each.lora_A : each.lora_B),
      type as Mixing,
      mixOptions(parts, { ...options, weights, part }),
    );
  return { lora_A: mixed("A", signed), lora_B: mixed("B", roots) };
}

function mixOptions(
  parts: readonly Part[],
  options: PartOptions & { readonly weights: readonly number[]; readonly part: MaskPlace["part"] },
): MixOptions {
  const { weights, density, part, path, majority_sign_method = "total" } = options;
  const mask = (i: number, tensor: Tensor): Tensor => {
    const { index } = parts[i]!;
    if (options.mask) return options.mask({ path, part, index }, tensor);
    if (!options.key) {
      throw new TypeError(`Cannot prune at random: there is no key; pass { key }`);
    }
    const keys = splitKey(foldInPath(options.key, `${path}.${part}`), index + 1);
    return randomMask(keys[index]!, tensor, density);
  };
  return { weights, density, majority_sign_method, mask };
}

/** A stacked and weighted, B beside each other; zeros where an adapter lacks the module. */
function concatenateParts(parts: readonly Part[], rank: number): Factors {
  const A = concatenate(parts.map(({ lora_A, scale, weight }) => mul(weight * scale, lora_A)), {
    axis: 0,
  });
  const B = concatenate(parts.map(({ lora_B }) => lora_B), { axis: 1 });
  const missing = rank - A.shape[0]!;
  if (missing <= 0) return { lora_A: A, lora_B: B };
  return {
    lora_A: concatenate([A, zeros([missing, A.shape[1]!])], { axis: 0 }),
    lora_B: concatenate([B, zeros([B.shape[0]!, missing])], { axis: 1 }),
  };
}

function moduleLike(module: LoraModule, { lora_A, lora_B }: Factors): LoraModule {
  return module.lora_A
    ? { lora_A: { weight: lora_A }, lora_B: { weight: lora_B } }
    : { lora_embedding_A: lora_A, lora_embedding_B: lora_B };
}

function combinedConfig(
  adapters: readonly LoraAdapter[],
  ranks: Pick<LoraConfig, "r" | "rank_pattern">,
): LoraConfig {
  const targets = adapters.map(({ statics }) => statics.target_modules);
  const regexes = targets.filter((target) => typeof target === "string");
  if (regexes.length > 0 && regexes.length < targets.length) {
    throw new TypeError(
      `Cannot combine adapters whose target_modules are lists and expressions: ` +
        `write them in one way`,
    );
  }
  return {
    ...adapters[0]!.statics,
    ...ranks,
    lora_alpha: ranks.r,
    alpha_pattern: ranks.rank_pattern,
    use_rslora: false,
    target_modules: regexes.length > 0
      ? regexes.map((regex) => `(${regex})`).join("|")
      : [...new Set(targets.flatMap((target) => target ?? []))],
  };
}

function checkAdapters(adapters: readonly LoraAdapter[], weights: readonly number[]): void {
  if (adapters.length === 0 || adapters.length !== weights.length) {
    throw new RangeError(
      `Cannot combine ${adapters.length} adapters with ${weights.length} weights: ` +
        `each needs one`,
    );
  }
  for (const { statics, fields } of adapters) {
    if (!statics.use_dora && !statics.lora_bias && Object.keys(fields.replaced).length === 0) {
      continue;
    }
    throw new UnsupportedError(
      `Cannot combine adapters with use_dora, lora_bias, trained biases or modules_to_save: ` +
        `they are no sums; merge one and go on from there`,
    );
  }
}

function densityOf(type: CombinationType, density: number | undefined): number {
  if (type === "cat" || type === "linear" || type === "svd") return 1;
  if (density !== undefined && density > 0 && density <= 1) return density;
  throw new RangeError(
    `Cannot combine by "${type}" with density ${density}: it is the share that is kept, in (0, 1]`,
  );
}
