import { add, div, reshape, slice, type Tensor } from "../core/mod.ts";
import { sizeOf } from "../core/internal.ts";
import { checkpoint } from "../autodiff/mod.ts";
import { type CrossEntropyOptions, crossEntropySums } from "./cross_entropy.ts";

/** Options of `chunkedCrossEntropy`. */
export type ChunkedCrossEntropyOptions = CrossEntropyOptions & {
  /** The output layer: hidden [N, D] to logits [N, V]. */
  readonly unembed: (hidden: Tensor) => Tensor;
  /** Rows whose logits exist at one time. Default 256. */
  readonly chunk?: number;
};

/**
 * The cross entropy of an output layer, a chunk of rows at a time.
 *
 * The same number as `crossEntropy(unembed(hidden), labels)`, but only the logits of one chunk exist
 * at any time, also in the backward pass, which computes them again: N · V never has to fit.
 *
 * @param hidden [..., D]
 * @param labels [...], as in `crossEntropy`; shift them first for a language model
 * @param options `unembed`, `chunk` and the options of `crossEntropy`
 * @returns a float32 scalar
 */
export function chunkedCrossEntropy(
  hidden: Tensor,
  labels: Tensor,
  options: ChunkedCrossEntropyOptions,
): Tensor {
  const { unembed, chunk = 256, ...rest } = options;
  if (!Number.isInteger(chunk) || chunk < 1) {
    throw new RangeError(`Cannot cut into chunks of ${chunk} rows: use a positive integer`);
  }
  const width = hidden.shape[hidden.shape.length - 1]!;
  const rows = sizeOf(labels.shape);
  const flatHidden = reshape(hidden, [rows, width]);
  const flatLabels = reshape(labels, [rows]);
  const sums = checkpoint((h: Tensor, l: Tensor) => crossEntropySums(unembed(h), l, rest));
  const parts = Array.from({ length: Math.ceil(rows / chunk) }, (_, i) => {
    const start = i * chunk;
    const stop = Math.min(rows, start + chunk);
    return sums(
      slice(flatHidden, { start: [start, 0], stop: [stop, width] }),
      slice(flatLabels, { start: [start], stop: [stop] }),
    );
  });
  const total = parts.map((part) => part.total).reduce((a, b) => add(a, b));
  const count = parts.map((part) => part.count).reduce((a, b) => add(a, b));
  return div(total, count);
}
