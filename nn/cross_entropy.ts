import {
  add,
  broadcastTo,
  convert,
  div,
  expandDims,
  logSumExp,
  mean,
  mul,
  notEqual,
  sub,
  sum,
  type Tensor,
  where,
} from "../core/mod.ts";
import { pickLabels, requireLabels } from "./_loss_operands.ts";
import type { ReductionOptions } from "./reduction.ts";
import { widened } from "./_wide.ts";

/** Options of `crossEntropySums`. */
export type CrossEntropySumsOptions = {
  /** Label of positions that do not count. Default -100. */
  readonly ignoreIndex?: number;
  /** Share of the target spread evenly over all classes. Default 0. */
  readonly labelSmoothing?: number;
  /** Factors of the classes [V]; a mean divides by the sum of those of the labels. */
  readonly weight?: Tensor | undefined;
};

/** Options of `crossEntropy`. */
export type CrossEntropyOptions = CrossEntropySumsOptions & ReductionOptions;

/**
 * Cross entropy of class ids, averaged over the positions whose label is not `ignoreIndex`:
 * -log softmax(logits)[label].
 *
 * It is computed in float32, whatever the dtype. When every label is ignored the mean is NaN, a mean
 * of nothing. With label smoothing s the loss is (1 - s) w[label] · that + s/V · Σ -w log softmax.
 *
 * @param logits [..., V]
 * @param labels [...], integers in [0, V) or `ignoreIndex`
 * @param options `ignoreIndex`, `labelSmoothing`, `weight`, `reduction`
 * @returns a float32 scalar; [...] with reduction "none", 0 where the label is ignored
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
  const { reduction = "mean" } = options;
  if (reduction === "none") return positionLosses(logits, labels, options);
  const { total, count } = crossEntropySums(logits, labels, options);
  return reduction === "sum" ? total : div(total, count);
}

/**
 * Sum of the losses of the kept positions, and how many there are, or the sum of the weights of their
 * labels; both float32 scalars.
 */
export function crossEntropySums(
  logits: Tensor,
  labels: Tensor,
  options: CrossEntropySumsOptions = {},
): { readonly total: Tensor; readonly count: Tensor } {
  const losses = positionLosses(logits, labels, options);
  const kept = notEqual(labels, options.ignoreIndex ?? -100); // [...]
  const counts = options.weight
    ? where(kept, labelWeights(logits, labels, options.weight), 0)
    : convert(kept, losses.dtype);
  return { total: sum(losses), count: sum(counts) };
}

/** The loss of each position [...], 0 where its label is ignored. */
function positionLosses(
  logits: Tensor,
  labels: Tensor,
  { ignoreIndex = -100, labelSmoothing = 0, weight }: CrossEntropySumsOptions,
): Tensor {
  requireLabels("crossEntropy", logits, labels, weight);
  const wide = widened(logits);
  const kept = notEqual(labels, ignoreIndex); // [...]
  const normalizer = logSumExp(wide, { axes: [-1] }); // [...]
  if (!weight) {
    const target = labelSmoothing === 0 ? pickLabels(wide, labels) : add(
      mul(1 - labelSmoothing, pickLabels(wide, labels)),
      mul(labelSmoothing, mean(wide, { axes: [-1] })),
    );
    return where(kept, sub(normalizer, target), 0);
  }
  const plain = sub(normalizer, pickLabels(wide, labels));
  const weighted = mul(labelWeights(logits, labels, weight), plain);
  if (labelSmoothing === 0) return where(kept, weighted, 0);
  const all = mul(convert(weight, wide.dtype), sub(expandDims(normalizer, -1), wide)); // [..., V]
  const spread = mean(all, { axes: [-1] });
  const losses = add(mul(1 - labelSmoothing, weighted), mul(labelSmoothing, spread));
  return where(kept, losses, 0);
}

/** weight[label], 0 for a label that is no class. */
function labelWeights(logits: Tensor, labels: Tensor, weight: Tensor): Tensor {
  return pickLabels(broadcastTo(widened(weight), logits.shape), labels);
}
