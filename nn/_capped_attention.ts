import { checkpoint } from "../autodiff/mod.ts";
import { add, convert, dotGeneral, mul, reshape, softmax, type Tensor } from "../core/mod.ts";
import { hasManyKeys, seenKeys } from "../core/internal.ts";
import type { AttentionInputs, AttentionOptions } from "./attention.ts";
import { dropout } from "./dropout.ts";
import { maskedSoftmax } from "./masked_softmax.ts";
import { softCap } from "./soft_cap.ts";
import { widened } from "./_wide.ts";

/**
 * Attention whose scaled scores are capped, before bias and masks, as products and a softmax:
 * queries [B, H, T, K], keys and values of G heads [B, G, S, K] to [B, H, T, K].
 */
export function cappedAttention(
  inputs: AttentionInputs,
  options: AttentionOptions & { readonly softCap: number },
): Tensor {
  const [, , source, size] = inputs.key.shape as readonly [number, number, number, number];
  const attended = (): Tensor => attend(inputs, options);
  return hasManyKeys(source, size) ? checkpoint(attended)() : attended();
}

function attend(
  { query, key, value }: AttentionInputs,
  options: AttentionOptions & { readonly softCap: number },
): Tensor {
  const [batch, heads, time, size] = query.shape as readonly [number, number, number, number];
  const [, groups, source] = key.shape as readonly [number, number, number];
  const own = [batch, groups, heads / groups, time]; // the query heads of each key head
  const shared = [[0, 1], [0, 1]] as const;
  const products = dotGeneral(reshape(query, [...own, size]), key, {
    contract: [[4], [3]],
    batch: shared,
  });
  const scores = widened(reshape(products, [batch, heads, time, source]));
  const capped = softCap(mul(options.scale ?? 1 / Math.sqrt(size), scores), {
    cap: options.softCap,
  });
  const biased = options.bias ? add(capped, convert(options.bias, capped.dtype)) : capped;
  const causal = options.causal ?? false;
  const seen = seenKeys(options.mask, { causal }, scores.shape);
  const weights = seen ? maskedSoftmax(biased, seen) : softmax(biased);
  const kept = options.dropout ? dropout(weights, options.dropout) : weights;
  const narrow = reshape(convert(kept, value.dtype), [...own, source]);
  const sums = dotGeneral(narrow, value, { contract: [[4], [2]], batch: shared });
  return reshape(sums, [batch, heads, time, value.shape[3]!]);
}
