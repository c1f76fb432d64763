import {
  add,
  broadcastTo,
  concatenate,
  expandDims,
  iota,
  mul,
  ones,
  type Tensor,
} from "../core/mod.ts";
import { attention, type AttentionInputs } from "../nn/mod.ts";
import type { Cache, LayerCache } from "./cache.ts";

/**
 * Virtual tokens in front of the text: a leaf `prompt` [P, D] beside the weight of the token
 * embedding, put there by prompt tuning and P-tuning.
 */
export type Prompted = { readonly prompt?: Tensor };

/**
 * Virtual keys and values in front of those of the text, in every layer's attention: a node `prefix`
 * of `key` and `value`, [H, P, K] each, put there by prefix tuning.
 */
export type Prefixed = { readonly prefix?: LayerCache };

/**
 * A gated prompt of a layer of attention (LLaMA-Adapter): leaves beside its projections, named as in
 * PEFT's files.
 */
export type Adapted = {
  /** [1, A, D] */
  readonly adaption_prompt?: Tensor;
  /** [1] */
  readonly adaption_gate?: Tensor;
};

/**
 * What queries take from an adaption prompt: gate · softmax(Q Kᵀ / √K) V, over the prompt alone.
 *
 * @param inputs `query` [B, H, T, K], `key` and `value` [1, H, A, K]
 * @returns [B, H, T, K]
 * @see Zhang et al. 2023, arXiv:2303.16199, eq. 5 and 6
 */
export function attendPrompt(inputs: AttentionInputs, gate: Tensor): Tensor {
  const { query, key, value } = inputs;
  const rows = (x: Tensor): Tensor => broadcastTo(x, [query.shape[0]!, ...x.shape.slice(1)]);
  return mul(gate, attention({ query, key: rows(key), value: rows(value) }));
}

/** The embeddings [B, T, D] behind the prompt [P, D]: [B, P + T, D]. */
export function prependPrompt(prompt: Tensor, embeds: Tensor): Tensor {
  const [length, width] = prompt.shape as readonly [number, number];
  const rows = broadcastTo(expandDims(prompt, 0), [embeds.shape[0]!, length, width]);
  return concatenate([rows, embeds], { axis: 1 });
}

/** A mask [B, T] of the text, behind `length` columns that everybody sees. */
export function prependSeen(mask: Tensor, length: number): Tensor {
  if (length === 0) return mask;
  const seen = ones([mask.shape[0]!, length], { dtype: mask.dtype });
  return concatenate([seen, mask], { axis: 1 });
}

/** Keys and values behind those of a prefix: [B, H, P + S, K]. */
export function prependPrefix(prefix: LayerCache | undefined, own: LayerCache): LayerCache {
  if (!prefix) return own;
  const join = (front: Tensor, back: Tensor): Tensor => {
    const [heads, length, size] = front.shape as readonly [number, number, number];
    const rows = broadcastTo(expandDims(front, 0), [back.shape[0]!, heads, length, size]);
    return concatenate([rows, back], { axis: 2 });
  };
  return { key: join(prefix.key, own.key), value: join(prefix.value, own.value) };
}

/** How many virtual tokens there are, and where. */
export type PositionOptions = {
  /** Columns of this call. */
  readonly time: number;
  /** Those of them that are virtual tokens: none when a text is continued. */
  readonly virtual: number;
  /** Length of the prompt. */
  readonly prompt: number;
  /** Length of the prefix. */
  readonly prefix: number;
};

/**
 * Positions [B or 1, T] of the columns of a call.
 *
 * Virtual tokens come before the text: they shift the positions that the caller gives. Otherwise
 * positions are counted from the first column, padding included, or on from the cache's.
 */
export function textPositions(
  inputs: { readonly position_ids?: Tensor | undefined; readonly cache?: Cache | undefined },
  options: PositionOptions,
): Tensor {
  const { time, virtual, prompt, prefix } = options;
  if (!inputs.position_ids) {
    const columns = iota([1, time], { axis: 1, dtype: "i32" });
    return shift(inputs.cache ? add(columns, inputs.cache.position) : columns, prefix);
  }
  const text = shift(inputs.position_ids, prefix + prompt);
  if (virtual === 0) return text;
  const front = shift(iota([text.shape[0]!, virtual], { axis: 1, dtype: "i32" }), prefix);
  return concatenate([front, text], { axis: 1 });
}

function shift(positions: Tensor, length: number): Tensor {
  return length === 0 ? positions : add(positions, length);
}
