import { concatenate, full, slice, type Tensor } from "../core/mod.ts";
import { crossEntropy, type CrossEntropyOptions } from "./cross_entropy.ts";

/**
 * Mean cross entropy of the next token: position t predicts label t + 1.
 *
 * Logits may be longer than labels: those in front belong to virtual tokens, which the labels do
 * not mention. The last of them predicts the first label.
 *
 * @param logits [B, T, V]
 * @param labels [B, T] or shorter, the input ids with `ignoreIndex` (-100) where nothing is learned
 * @returns a float32 scalar
 * @see transformers/loss/loss_utils.py, ForCausalLMLoss
 */
export function causalLmLoss(
  logits: Tensor,
  labels: Tensor,
  options: CrossEntropyOptions = {},
): Tensor {
  const { ignoreIndex = -100 } = options;
  const virtual = logits.shape[1]! - labels.shape[1]!;
  const front = full([labels.shape[0]!, Math.max(0, virtual)], ignoreIndex, {
    dtype: labels.dtype,
  });
  const all = virtual > 0 ? concatenate([front, labels], { axis: 1 }) : labels;
  return crossEntropy(logits, shiftLabels(all, options), options);
}

/** Labels one place to the left, ignored at the end: the logits need not be cut. */
export function shiftLabels(labels: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const [batch, time] = labels.shape as readonly [number, number];
  const next = slice(labels, { start: [0, 1], stop: [batch, time] });
  const end = full([batch, 1], options.ignoreIndex ?? -100, { dtype: labels.dtype });
  return concatenate([next, end], { axis: 1 });
}
