import {
  applyWeight,
  expandDims,
  notEqual,
  stopGradient,
  type Tensor,
  type Weight,
  where,
} from "../core/mod.ts";

/** Parameters of an embedding: one row a token, `weight` [V, D]. */
export type EmbeddingParams = { readonly weight: Weight };

/** Options of `embedding`. */
export type EmbeddingOptions = {
  /** An id whose row no gradient moves, such as that of padding. */
  readonly paddingIndex?: number | undefined;
};

/**
 * Rows of a table: ids [...] to vectors [..., D].
 *
 * @param params `weight` [V, D], plain or structured
 * @param ids integers in [0, V)
 * @param options `paddingIndex`
 * @example The second row
 * ```ts
 * import "../mod.ts";
 * import { tensor } from "../core/mod.ts";
 * import { embedding } from "./mod.ts";
 * const y = embedding({ weight: tensor([[1, 2], [3, 4]]) }, tensor(1, { dtype: "i32" }));
 * if ((await y.data()).join() !== "3,4") throw new Error("unexpected");
 * ```
 */
export function embedding(
  params: EmbeddingParams,
  ids: Tensor,
  options: EmbeddingOptions = {},
): Tensor {
  const rows = applyWeight(params.weight, ids, { kind: "lookup" });
  if (options.paddingIndex === undefined) return rows;
  const moves = expandDims(notEqual(ids, options.paddingIndex), -1);
  return where(moves, rows, stopGradient(rows));
}

/**
 * Logits by an embedding table, as tied output layers compute them: x Eᵀ.
 *
 * @param params `weight` [V, D]
 * @param x [..., D]
 * @returns [..., V]
 */
export function unembed(params: EmbeddingParams, x: Tensor): Tensor {
  return applyWeight(params.weight, x, { kind: "unembed" });
}
