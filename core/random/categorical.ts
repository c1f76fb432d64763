import { ShapeError } from "../errors.ts";
import { argmax } from "../ops/arg_extremum.ts";
import { topK } from "../ops/sort.ts";
import { add } from "../primitives/add.ts";
import { reshape } from "../primitives/reshape.ts";
import { moveAxis } from "../primitives/transpose.ts";
import { formatShape, normalizeAxis, sameShape, type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { gumbel } from "./gumbel.ts";

/** Options of `categorical`. */
export type CategoricalOptions = {
  /** Axis of the classes, the last by default. */
  readonly axis?: number;
  /** Shape of the samples: that of the logits without the axis, or more axes in front. */
  readonly shape?: Shape;
  /**
   * Whether a class may be drawn again, true by default. Without, the axes that `shape` has in front
   * count the draws from one row.
   */
  readonly replace?: boolean;
};

/**
 * Samples class indices with probabilities softmax(logits), by the largest of logits plus Gumbel
 * noise.
 *
 * @param from one key [2]
 * @param logits unnormalized logarithms of probabilities; -∞ excludes a class
 * @returns i32 indices, `options.shape`
 * @throws {ShapeError} if the shape does not end in that of one draw
 * @throws {RangeError} if more are drawn without replacement than there are classes
 */
export function categorical(
  from: Tensor,
  logits: Tensor,
  options: CategoricalOptions = {},
): Tensor {
  const rank = logits.shape.length;
  const axis = normalizeAxis(options.axis ?? -1, rank, "categorical");
  const batch = logits.shape.filter((_, i) => i !== axis);
  const shape = options.shape ?? batch;
  const extra = shape.length - batch.length;
  if (extra < 0 || !sameShape(shape.slice(extra), batch)) {
    throw new ShapeError(
      `Cannot sample ${formatShape(shape)} from logits ${formatShape(logits.shape)}: ` +
        `the samples of one draw have shape ${formatShape(batch)}; more axes go in front`,
      "categorical",
      [shape, logits.shape],
    );
  }
  if (options.replace === false) {
    const scores = moveAxis(add(logits, gumbel(from, logits.shape)), axis, -1);
    const [, ids] = topK(scores, sizeOf(shape.slice(0, extra))); // [...batch, draws]
    return reshape(moveAxis(ids, -1, 0), shape);
  }
  const full = [...shape.slice(0, extra), ...logits.shape];
  const noise = gumbel(from, full);
  return argmax(add(noise, logits), { axis: axis + extra });
}
