import {
  convert,
  equal,
  expandDims,
  iota,
  ShapeError,
  sum,
  type Tensor,
  where,
} from "../core/mod.ts";
import { formatShape, sameShape } from "../core/internal.ts";

/**
 * x[..., label]. A comparison and a sum instead of a gather: it fuses with the softmax, and its
 * derivative needs no scatter. An ignored label picks nothing, which gives 0.
 */
export function pickLabels(x: Tensor, labels: Tensor): Tensor {
  const classes = iota(x.shape, { axis: x.shape.length - 1, dtype: "i32" });
  const isLabel = equal(classes, expandDims(convert(labels, "i32"), -1));
  return sum(where(isLabel, x, 0), { axes: [-1] });
}

/** Checks that labels [...] fit x [..., V], and class weights are [V]. */
export function requireLabels(op: string, x: Tensor, labels: Tensor, weight?: Tensor): void {
  if (x.shape.length === 0 || !sameShape(x.shape.slice(0, -1), labels.shape)) {
    throw new ShapeError(
      `Cannot compare logits ${formatShape(x.shape)} with labels ${formatShape(labels.shape)}: ` +
        `the labels must have the sides of the logits without the last`,
      op,
      [x.shape, labels.shape],
    );
  }
  if (!weight || sameShape(weight.shape, x.shape.slice(-1))) return;
  throw new ShapeError(
    `Cannot weigh logits ${formatShape(x.shape)} with ${formatShape(weight.shape)}: ` +
      `one weight for each of the ${x.shape.at(-1)} classes is needed`,
    op,
    [x.shape, weight.shape],
  );
}

/** Refuses to compare what would be broadcast: it hides mistakes. */
export function requireSame(x: Tensor, y: Tensor): void {
  if (sameShape(x.shape, y.shape)) return;
  throw new ShapeError(
    `Cannot compare ${formatShape(x.shape)} with ${formatShape(y.shape)}: the shapes differ; ` +
      `reshape one of them`,
    "loss",
    [x.shape, y.shape],
  );
}
