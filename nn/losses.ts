import {
  abs,
  add,
  convert,
  exp,
  log1p,
  maximum,
  mean,
  mul,
  neg,
  ShapeError,
  square,
  sub,
  type Tensor,
} from "../core/mod.ts";
import { formatShape, sameShape } from "../core/internal.ts";

/**
 * Mean squared error, over all elements: mean((x - y)²), in float32.
 *
 * @throws {ShapeError} if the shapes differ
 */
export function meanSquaredError(x: Tensor, y: Tensor): Tensor {
  requireSame(x, y);
  return mean(square(sub(widened(x), widened(y))));
}

/**
 * Mean cross entropy of independent yes-or-no classes, over all elements:
 * max(x, 0) - x·y + log(1 + exp(-|x|)), in float32.
 *
 * @param logits any shape
 * @param targets the same, probabilities of yes
 * @throws {ShapeError} if the shapes differ
 */
export function binaryCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  requireSame(logits, targets);
  const x = widened(logits);
  const linear = sub(maximum(x, 0), mul(x, widened(targets)));
  return mean(add(linear, log1p(exp(neg(abs(x))))));
}

function widened(x: Tensor): Tensor {
  return convert(x, x.dtype === "f64" ? "f64" : "f32");
}

function requireSame(x: Tensor, y: Tensor): void {
  if (sameShape(x.shape, y.shape)) return;
  throw new ShapeError(
    `Cannot compare ${formatShape(x.shape)} with ${formatShape(y.shape)}: the shapes differ; ` +
      `reshape one of them`,
    "loss",
    [x.shape, y.shape],
  );
}
