import { range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type AttentionParams, operandCount } from "./_attention_parts.ts";
import { broadcastFront, broadcastInDim, sumAxes } from "./broadcast_sum.ts";
import { reshape } from "./reshape.ts";

/**
 * A batch of attentions is one attention over more texts: the batch axis and that of the texts are
 * folded into one, [N, B, ...] to [N · B, ...].
 */
export function foldBatch(
  inputs: readonly Tensor[],
  batched: readonly boolean[],
  params: AttentionParams,
  size: number,
): Tensor[] {
  const texts = textsOf(inputs, batched);
  return inputs.map((x, i) => {
    const isMask = params.mask && i === operandCount(params) - 1;
    const own = batched[i] ? x.shape.slice(1) : x.shape;
    // One mask for all texts stays one.
    if (isMask && !batched[i] && own[0] === 1) return x;
    const front = batched[i] ? x : broadcastFront(x, size);
    const grown = own[0] === texts ? front : growTexts(front, texts);
    return reshape(grown, [size * texts, ...own.slice(1)]);
  });
}

/** [N, 1, ...] to [N, B, ...]. */
function growTexts(x: Tensor, texts: number): Tensor {
  const shape = [x.shape[0]!, texts, ...x.shape.slice(2)];
  return broadcastInDim(x, { shape, dims: range(shape.length) });
}

/** Results of the folded attention as a batch; those of one text are sums over all. */
export function unfoldBatch(
  results: readonly Tensor[],
  size: number,
  texts: (result: number) => number,
): Tensor[] {
  return results.map((y, i) => {
    const all = y.shape[0]! / size;
    const whole = reshape(y, [size, all, ...y.shape.slice(1)]);
    if (texts(i) === all) return whole;
    return reshape(sumAxes(whole, [1]), [size, 1, ...y.shape.slice(1)]);
  });
}

/** The texts B of one attention of a batch. */
export function textsOf(inputs: readonly Tensor[], batched: readonly boolean[]): number {
  return inputs[0]!.shape[batched[0] ? 1 : 0]!;
}
