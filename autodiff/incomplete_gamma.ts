import {
  abs,
  add,
  any,
  bitwiseAnd,
  broadcastShapes,
  div,
  exp,
  fullLike,
  greater,
  isFinite,
  isNan,
  less,
  lgamma,
  log,
  log1p,
  mul,
  neg,
  onesLike,
  type Operand,
  reciprocal,
  type Shape,
  sqrt,
  sub,
  type Tensor,
  where,
  zerosLike,
} from "../core/mod.ts";
import { customJvp } from "./custom_jvp.ts";
import { spread } from "./samplers/_spread.ts";
import { gammaSlope } from "./samplers/gamma_slope.ts";
import { whileLoop } from "./while_loop.ts";

/**
 * Regularized lower incomplete gamma function P(a, x) = ∫₀ˣ t^(a - 1) e⁻ᵗ dt / Γ(a), in f32: the
 * distribution function of the gamma distribution. Has derivatives in both operands.
 *
 * @param a above 0
 * @param x from 0 on; broadcasts with `a`
 */
export function igamma(a: Operand, x: Operand): Tensor {
  return lowerWithRule(...alike(a, x));
}

/** Regularized upper incomplete gamma function Q(a, x) = 1 - P(a, x), without cancellation, in f32. */
export function igammac(a: Operand, x: Operand): Tensor {
  return upperWithRule(...alike(a, x));
}

function alike(a: Operand, x: Operand): [Tensor, Tensor] {
  const shapeOf = (y: Operand): Shape => typeof y === "number" ? [] : y.shape;
  const shape = broadcastShapes(shapeOf(a), shapeOf(x), "igamma");
  return [spread(a, shape), spread(x, shape)];
}

const lowerWithRule = customJvp(
  lower,
  ([a, x], [da, dx]) => [lower(a, x), tangent(a, x, da, dx)],
);

const upperWithRule = customJvp(
  upper,
  ([a, x], [da, dx]) => [upper(a, x), neg(tangent(a, x, da, dx))],
);

function lower(a: Tensor, x: Tensor): Tensor {
  const isLow = less(x, add(a, 1));
  return where(isLow, series(a, where(isLow, x, 1)), sub(1, fraction(a, x)));
}

function upper(a: Tensor, x: Tensor): Tensor {
  const isLow = less(x, add(a, 1));
  return where(isLow, sub(1, series(a, where(isLow, x, 1))), fraction(a, x));
}

/** ∂P/∂x is the density; with P fixed x moves by the slope, so ∂P/∂a is -density · slope. */
function tangent(a: Tensor, x: Tensor, da: Tensor, dx: Tensor): Tensor {
  return mul(div(factor(a, x), x), sub(dx, mul(gammaSlope(a, x), da)));
}

/** xᵃ e⁻ˣ / Γ(a); for large a with Stirling's formula for Γ, whose terms have gone into one another. */
function factor(a: Tensor, x: Tensor): Tensor {
  const isLarge = greater(a, 10);
  const small = exp(sub(sub(mul(a, log(x)), x), lgamma(a)));
  const b = where(isLarge, a, 10);
  const u = div(sub(x, b), b);
  const tail = div(sub(div(1 / 360, mul(b, b)), 1 / 12), b);
  const large = mul(
    sqrt(div(b, 2 * Math.PI)),
    exp(add(mul(b, sub(log1p(u), u)), tail)),
  );
  return where(isLarge, large, small);
}

/** P = factor · Σₖ xᵏ / (a (a + 1) ... (a + k)), for x below a + 1. */
function series(a: Tensor, x: Tensor): Tensor {
  type Carry = { readonly next: Tensor; readonly term: Tensor; readonly sum: Tensor };
  const { sum } = whileLoop(
    ({ term, sum }: Carry) => any(greater(term, mul(1e-9, sum))),
    ({ next, term, sum }: Carry) => ({
      next: add(next, 1),
      term: mul(term, div(x, next)),
      sum: add(sum, term),
    }),
    { next: add(a, 1), term: reciprocal(a), sum: zerosLike(a) },
  );
  return mul(factor(a, x), sum);
}

const MOST_TERMS = 5000;

/** Q = factor / (x + 1 - a - 1 (1 - a) / (x + 3 - a - ...)), by Lentz's method, for x from a + 1 on. */
function fraction(a: Tensor, at: Tensor): Tensor {
  const x = where(less(at, add(a, 1)), add(a, 1), at);
  type Carry = {
    readonly i: Tensor;
    readonly b: Tensor;
    readonly c: Tensor;
    readonly d: Tensor;
    readonly y: Tensor;
    readonly change: Tensor;
  };
  const start = add(sub(x, a), 1);
  const { y } = whileLoop(
    ({ i, change }: Carry) =>
      any(bitwiseAnd(greater(abs(sub(change, 1)), 3e-7), less(i, MOST_TERMS))),
    ({ i, b, c, d, y }: Carry) => {
      const above = mul(i, sub(a, i));
      const below = add(b, 2);
      const nextD = reciprocal(add(mul(above, d), below));
      const nextC = add(below, div(above, c));
      const change = mul(nextD, nextC);
      return { i: add(i, 1), b: below, c: nextC, d: nextD, y: mul(y, change), change };
    },
    {
      i: onesLike(a),
      b: start,
      c: fullLike(a, 1e30),
      d: reciprocal(start),
      y: reciprocal(start),
      change: fullLike(a, 2),
    },
  );
  return where(isFinite(at), mul(factor(a, x), y), where(isNan(at), NaN, 0));
}
