import type { Tensor, Tree } from "../../core/mod.ts";
import type { Cache } from "../cache.ts";
import type { CacheOptions, ForwardOptions, ModelFamily, TextInputs } from "../family.ts";
import { UnsupportedError } from "../../core/mod.ts";

/** Inputs of one call of a generating model. */
export type GenerativeInputs = TextInputs & {
  /** What the text depends on besides, such as an encoded source; rows are those of the batch. */
  readonly context?: Tree | undefined;
};

/** What generation needs to know of a model: its next-token logits and its cache. */
export type GenerativeModel<P extends Tree = Tree> = {
  /** Logits [B, T, V], or [B, 1, V] with `lastOnly`, and the cache after these tokens. */
  forward(
    params: P,
    inputs: GenerativeInputs,
    options: ForwardOptions,
  ): { readonly logits: Tensor; readonly cache: Cache };
  initCache(options: CacheOptions): Cache;
  /** Virtual tokens in front of every text. */
  promptLength(params: P): number;
  /** Virtual keys in front of every text. */
  prefixLength(params: P): number;
  /** The greatest number of tokens, Infinity where there is no limit. */
  readonly maxPositions: number;
};

/**
 * The generating model of a family and its configuration. Make it once: its compiled programs
 * belong to it.
 *
 * @throws {UnsupportedError} if the family does not generate text
 */
export function generativeModel<P extends Tree, C>(
  family: ModelFamily<P, C>,
  config: C,
): GenerativeModel<P> {
  const head = family.head("causal-lm");
  const refuse = (): never => {
    throw new UnsupportedError(
      `Cannot generate with ${family.name}: it has no cache; use a decoder such as "gpt2"`,
    );
  };
  if (!family.initCache) refuse();
  return {
    forward: (params, inputs, options) => {
      const { logits, cache } = head(params, inputs, config, options);
      return { logits, cache: cache ?? refuse() };
    },
    initCache: (options) => family.initCache!(config, options),
    promptLength: (params) => family.promptLength?.(params) ?? 0,
    prefixLength: (params) => family.prefixLength?.(params) ?? 0,
    maxPositions: family.maxPositions?.(config) ?? Infinity,
  };
}
