import {
  abs,
  add,
  convert,
  div,
  exp,
  lessEqual,
  log1p,
  maximum,
  minimum,
  mul,
  sign,
  square,
  stopGradient,
  sub,
  type Tensor,
  where,
} from "../core/mod.ts";
import { requireSame } from "./_loss_operands.ts";
import { reduceLosses, type ReductionOptions } from "./reduction.ts";
import { widened } from "./_wide.ts";

/**
 * Squared error: (x - y)², in float32, averaged over all elements.
 *
 * @param options `reduction`
 * @throws {ShapeError} if the shapes differ
 */
export function meanSquaredError(x: Tensor, y: Tensor, options: ReductionOptions = {}): Tensor {
  return reduceLosses(square(difference(x, y)), options);
}

/**
 * Absolute error: |x - y|, in float32, averaged over all elements. Its derivative where x = y is 0.
 *
 * @param options `reduction`
 * @throws {ShapeError} if the shapes differ
 */
export function meanAbsoluteError(x: Tensor, y: Tensor, options: ReductionOptions = {}): Tensor {
  const d = difference(x, y);
  // |d| as d · sign d: the derivative of abs would be 1 where nothing is wrong.
  return reduceLosses(mul(d, stopGradient(sign(d))), options);
}

/**
 * Huber's loss: d²/2 where |d| <= delta, else delta · (|d| - delta/2), with d = x - y; in float32,
 * averaged over all elements.
 *
 * @param options `delta`, default 1; `reduction`
 * @throws {ShapeError} if the shapes differ
 * @see Huber 1964, "Robust estimation of a location parameter"
 */
export function huberLoss(
  x: Tensor,
  y: Tensor,
  options: ReductionOptions & { readonly delta?: number } = {},
): Tensor {
  const { delta = 1 } = options;
  const d = abs(difference(x, y));
  const near = mul(0.5, square(d));
  const far = mul(delta, sub(d, delta / 2));
  return reduceLosses(where(lessEqual(d, delta), near, far), options);
}

/**
 * Smooth L1 loss: d²/2 beta where |d| < beta, else |d| - beta/2, with d = x - y: Huber's loss over
 * beta. With beta 0 it is `meanAbsoluteError`.
 *
 * @param options `beta`, default 1; `reduction`
 * @throws {ShapeError} if the shapes differ
 * @see Girshick 2015, arXiv:1504.08083, eq. 3
 */
export function smoothL1Loss(
  x: Tensor,
  y: Tensor,
  options: ReductionOptions & { readonly beta?: number } = {},
): Tensor {
  const { beta = 1, ...rest } = options;
  if (beta === 0) return meanAbsoluteError(x, y, rest);
  return div(huberLoss(x, y, { ...rest, delta: beta }), beta);
}

/** Options of `binaryCrossEntropy`. */
export type BinaryCrossEntropyOptions = ReductionOptions & {
  /** Factor of the losses of yes, such as one for each class; broadcasts to the logits. */
  readonly posWeight?: Tensor | undefined;
};

/**
 * Cross entropy of independent yes-or-no classes: -w y ln σ(x) - (1 - y) ln(1 - σ(x)), in float32,
 * averaged over all elements.
 *
 * @param logits any shape
 * @param targets the same, probabilities of yes
 * @param options `posWeight`: w, default 1; `reduction`
 * @throws {ShapeError} if the shapes differ
 */
export function binaryCrossEntropy(
  logits: Tensor,
  targets: Tensor,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  requireSame(logits, targets);
  const [x, y] = [widened(logits), widened(targets)];
  const [low, high] = [minimum(x, 0), maximum(x, 0)];
  // -ln σ(x) = tail - low and -ln(1 - σ(x)) = tail + high, both without cancellation. The gap is
  // -|x|, whose halves of the derivative at 0 cancel as they should.
  const tail = log1p(exp(sub(low, high)));
  const yes = options.posWeight ? mul(convert(options.posWeight, x.dtype), y) : y;
  const losses = add(mul(yes, sub(tail, low)), mul(sub(1, y), add(tail, high)));
  return reduceLosses(losses, options);
}

function difference(x: Tensor, y: Tensor): Tensor {
  requireSame(x, y);
  return sub(widened(x), widened(y));
}
