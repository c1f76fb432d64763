import { concatenate, full, slice, type Tensor } from "../core/mod.ts";
import { crossEntropy, type CrossEntropyOptions } from "./cross_entropy.ts";

/**
 * Mean cross entropy of the next token: position t predicts label t + 1.
 *
 * @param logits [B, T, V]
 * @param labels [B, T], the input ids with `ignoreIndex` (-100) where nothing is to be learned
 * @returns a float32 scalar
 * @see transformers/loss/loss_utils.py, ForCausalLMLoss
 */
export function causalLmLoss(
  logits: Tensor,
  labels: Tensor,
  options: CrossEntropyOptions = {},
): Tensor {
  return crossEntropy(logits, shiftLabels(labels, options), options);
}

/** Labels one place to the left, ignored at the end: the logits need not be cut. */
export function shiftLabels(labels: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const [batch, time] = labels.shape as readonly [number, number];
  const next = slice(labels, { start: [0, 1], stop: [batch, time] });
  const end = full([batch, 1], options.ignoreIndex ?? -100, { dtype: labels.dtype });
  return concatenate([next, end], { axis: 1 });
}
