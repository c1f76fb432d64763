import {
  add,
  convert,
  div,
  equal,
  expandDims,
  iota,
  logSumExp,
  mean,
  mul,
  notEqual,
  ShapeError,
  sub,
  sum,
  type Tensor,
  where,
} from "../core/mod.ts";
import { formatShape, sameShape } from "../core/internal.ts";

/** Options of `crossEntropy`. */
export type CrossEntropyOptions = {
  /** Label of positions that do not count. Default -100. */
  readonly ignoreIndex?: number;
  /** Share of the target spread evenly over all classes. Default 0. */
  readonly labelSmoothing?: number;
};

/**
 * Mean cross entropy of class ids, over the positions whose label is not `ignoreIndex`:
 * -log softmax(logits)[label].
 *
 * It is computed in float32, whatever the dtype. When every label is ignored it is NaN, a mean of
 * nothing.
 *
 * @param logits [..., V]
 * @param labels [...], integers in [0, V) or `ignoreIndex`
 * @returns a float32 scalar
 * @throws {ShapeError} if `labels` has other sides than `logits` without its last
 * @example Two even classes
 * ```ts
 * import "../mod.ts";
 * import { tensor } from "../core/mod.ts";
 * import { crossEntropy } from "./mod.ts";
 * const loss = crossEntropy(tensor([[0, 0], [0, 0]]), tensor([1, -100], { dtype: "i32" }));
 * if (Math.abs(await loss.item() - Math.LN2) > 1e-6) throw new Error("unexpected");
 * ```
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor,
  options: CrossEntropyOptions = {},
): Tensor {
  const { total, count } = crossEntropySums(logits, labels, options);
  return div(total, count);
}

/** Sum of the losses of the kept positions, and how many there are; both float32 scalars. */
export function crossEntropySums(
  logits: Tensor,
  labels: Tensor,
  options: CrossEntropyOptions = {},
): { readonly total: Tensor; readonly count: Tensor } {
  checkShapes(logits, labels);
  const { ignoreIndex = -100, labelSmoothing = 0 } = options;
  const wide = convert(logits, logits.dtype === "f64" ? "f64" : "f32");
  const kept = notEqual(labels, ignoreIndex); // [...]
  const normalizer = logSumExp(wide, { axes: [-1] }); // [...]
  const target = labelSmoothing === 0 ? pick(wide, labels) : add(
    mul(1 - labelSmoothing, pick(wide, labels)),
    mul(labelSmoothing, mean(wide, { axes: [-1] })),
  );
  const losses = where(kept, sub(normalizer, target), 0);
  return { total: sum(losses), count: sum(convert(kept, wide.dtype)) };
}

/**
 * logits[..., label]. A comparison and a sum instead of a gather: it fuses with the softmax, and its
 * derivative needs no scatter. An ignored label picks nothing, which gives 0.
 */
function pick(logits: Tensor, labels: Tensor): Tensor {
  const classes = iota(logits.shape, { axis: logits.shape.length - 1, dtype: "i32" });
  const isLabel = equal(classes, expandDims(convert(labels, "i32"), -1));
  return sum(where(isLabel, logits, 0), { axes: [-1] });
}

function checkShapes(logits: Tensor, labels: Tensor): void {
  if (logits.shape.length > 0 && sameShape(logits.shape.slice(0, -1), labels.shape)) return;
  throw new ShapeError(
    `Cannot compare logits ${formatShape(logits.shape)} with labels ${
      formatShape(labels.shape)
    }: ` +
      `the labels must have the sides of the logits without the last`,
    "crossEntropy",
    [logits.shape, labels.shape],
  );
}
