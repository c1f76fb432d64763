import {
  convert,
  div,
  exp,
  greater,
  log,
  logSoftmax,
  mul,
  neg,
  notEqual,
  sub,
  sum,
  type Tensor,
  where,
} from "../core/mod.ts";
import { pickLabels, requireLabels, requireSame } from "./_loss_operands.ts";
import { reduceLosses, type Reduction, type ReductionOptions } from "./reduction.ts";
import { widened } from "./_wide.ts";

/**
 * Cross entropy of target probabilities: -Σ p log softmax(logits) over the last axis, in float32,
 * averaged over the positions.
 *
 * @param logits [..., V]
 * @param probabilities [..., V], each position summing to 1
 * @param options `reduction`
 * @returns a float32 scalar; [...] with reduction "none"
 * @throws {ShapeError} if the shapes differ
 */
export function softCrossEntropy(
  logits: Tensor,
  probabilities: Tensor,
  options: ReductionOptions = {},
): Tensor {
  requireSame(logits, probabilities);
  const logs = logSoftmax(widened(logits));
  return reduceLosses(neg(sum(mul(widened(probabilities), logs), { axes: [-1] })), options);
}

/**
 * Negative log-likelihood of class ids: -logProbs[label], in float32, averaged over the positions
 * whose label is not `ignoreIndex`.
 *
 * @param logProbs [..., V], as `logSoftmax` gives
 * @param labels [...], integers in [0, V) or `ignoreIndex`
 * @param options `ignoreIndex`, default -100; `reduction`
 * @returns a float32 scalar; [...] with reduction "none", 0 where the label is ignored
 * @throws {ShapeError} if `labels` has other sides than `logProbs` without its last
 */
export function negativeLogLikelihood(
  logProbs: Tensor,
  labels: Tensor,
  options: ReductionOptions & { readonly ignoreIndex?: number } = {},
): Tensor {
  const { ignoreIndex = -100, reduction = "mean" } = options;
  requireLabels("negativeLogLikelihood", logProbs, labels);
  const kept = notEqual(labels, ignoreIndex);
  const losses = where(kept, neg(pickLabels(widened(logProbs), labels)), 0);
  if (reduction !== "mean") return reduceLosses(losses, { reduction });
  return div(sum(losses), sum(convert(kept, losses.dtype)));
}

/** Options of `klDivergence`. */
export type KlDivergenceOptions = {
  /** "batchmean" is the sum over the first side, which is the divergence. Default "mean". */
  readonly reduction?: Reduction | "batchmean";
  /** Whether the target is given as logarithms. Default false. */
  readonly logTarget?: boolean;
};

/**
 * Kullback-Leibler divergence: p (ln p - ln q) for each element, in float32; 0 where p is 0.
 *
 * @param logInput ln q [B, ...], as `logSoftmax` gives
 * @param target p, of the same shape
 * @param options `reduction`, `logTarget`
 * @returns a float32 scalar; the elements with reduction "none"
 * @throws {ShapeError} if the shapes differ
 * @see Kullback & Leibler 1951
 */
export function klDivergence(
  logInput: Tensor,
  target: Tensor,
  options: KlDivergenceOptions = {},
): Tensor {
  requireSame(logInput, target);
  const { reduction = "mean", logTarget = false } = options;
  const [q, p] = [widened(logInput), widened(target)];
  const losses = logTarget ? mul(exp(p), sub(p, q)) : divergence(p, q);
  return reduction === "batchmean"
    ? div(sum(losses), logInput.shape[0] ?? 1)
    : reduceLosses(losses, { reduction });
}

function divergence(p: Tensor, logQ: Tensor): Tensor {
  const some = greater(p, 0);
  // The logarithm of what is not chosen must be finite too: 0 times its derivative would be NaN.
  return where(some, mul(p, sub(log(where(some, p, 1)), logQ)), 0);
}
