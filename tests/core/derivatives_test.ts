import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as g from "../../mod.ts";
import { jvp, vjp } from "../../autodiff/mod.ts";

g.setDevice("reference");

type Unary = (x: g.Tensor) => g.Tensor;

const INSIDE = [-0.7, -0.2, 0.3, 0.8];
const POSITIVE = [0.3, 0.9, 1.7, 3.2];

/** Functions of one vector with points of their domain. */
const CASES: { readonly [name: string]: readonly [f: Unary, points: readonly number[]] } = {
  abs: [g.abs, INSIDE],
  acos: [g.acos, INSIDE],
  acosh: [g.acosh, [1.2, 1.9, 3.5]],
  asin: [g.asin, INSIDE],
  asinh: [g.asinh, INSIDE],
  atan: [g.atan, INSIDE],
  atan2: [(x) => g.atan2(x, g.add(x, 2)), INSIDE],
  atanh: [g.atanh, INSIDE],
  cbrt: [g.cbrt, [-2.1, 0.4, 3]],
  clamp: [(x) => g.clamp(x, -0.5, 0.5), INSIDE],
  cos: [g.cos, INSIDE],
  cosh: [g.cosh, INSIDE],
  cumlogsumexp: [(x) => g.cumlogsumexp(x, { axis: 0 }), INSIDE],
  cummax: [(x) => g.cummax(g.square(x), { axis: 0, reverse: true }), INSIDE],
  cummin: [(x) => g.cummin(g.square(x), { axis: 0 }), INSIDE],
  cumprod: [(x) => g.cumprod(x, { axis: 0 }), [0.5, 0, -1.5, 0, 2, 0.7]],
  cumsum: [(x) => g.cumsum(g.square(x), { axis: 0, reverse: true }), INSIDE],
  digamma: [g.digamma, [-1.3, ...POSITIVE]],
  div: [(x) => g.div(g.add(x, 1), g.sub(x, 3)), INSIDE],
  erf: [g.erf, INSIDE],
  erfc: [g.erfc, [...INSIDE, 2.3]],
  erfInv: [g.erfInv, INSIDE],
  exp: [g.exp, INSIDE],
  exp2: [g.exp2, INSIDE],
  expm1: [g.expm1, INSIDE],
  hypot: [(x) => g.hypot(x, 0.6), INSIDE],
  integerPow: [(x) => g.integerPow(x, -3), [-0.7, 0.4, 1.5]],
  lgamma: [g.lgamma, [-1.3, ...POSITIVE]],
  log: [g.log, POSITIVE],
  log10: [g.log10, POSITIVE],
  log1p: [g.log1p, INSIDE],
  log2: [g.log2, POSITIVE],
  logAddExp: [(x) => g.logAddExp(x, g.mul(x, -2)), INSIDE],
  logSoftmax: [g.logSoftmax, INSIDE],
  logSumExp: [g.logSumExp, INSIDE],
  max: [(x) => g.max(g.square(x)), INSIDE],
  maximum: [(x) => g.maximum(g.square(x), x), INSIDE],
  mean: [(x) => g.mean(g.square(x)), INSIDE],
  min: [(x) => g.min(g.square(x)), INSIDE],
  minimum: [(x) => g.minimum(g.square(x), x), INSIDE],
  neg: [g.neg, INSIDE],
  pow: [(x) => g.pow(x, g.mul(x, 1.5)), POSITIVE],
  prod: [(x) => g.prod(x), [0.5, 0, -1.5, 2, 0.7]],
  reciprocal: [g.reciprocal, POSITIVE],
  rem: [(x) => g.rem(g.mul(x, 3), 0.65), INSIDE],
  remainder: [(x) => g.remainder(g.mul(x, 3), 0.65), INSIDE],
  rsqrt: [g.rsqrt, POSITIVE],
  sigmoid: [g.sigmoid, INSIDE],
  sin: [g.sin, INSIDE],
  sinh: [g.sinh, INSIDE],
  softmax: [g.softmax, INSIDE],
  sqrt: [g.sqrt, POSITIVE],
  std: [(x) => g.std(x), INSIDE],
  tan: [g.tan, INSIDE],
  tanh: [g.tanh, INSIDE],
  variance: [(x) => g.variance(x, { ddof: 1 }), INSIDE],
  where: [(x) => g.where(g.greater(x, 0), g.square(x), g.exp(x)), INSIDE],
  xlogy: [(x) => g.xlogy(x, g.add(x, 1)), INSIDE],
};

const STEP = 1e-4;

for (const [name, [f, points]] of Object.entries(CASES)) {
  Deno.test(`${name}: first and second derivatives agree with differences`, async () => {
    const at = g.tensor(points, { dtype: "f64" });
    const direction = g.tensor(points.map((_, i) => 1 - 0.3 * i), { dtype: "f64" });
    const slope: Unary = (x) => jvp(f, [x], [direction])[1];
    await agree(slope(at), await difference(f, at, direction));
    await agree(jvp(slope, [at], [direction])[1], await difference(slope, at, direction));
    await adjoint(f, at, direction);
    await adjoint(slope, at, direction);
  });
}

/** (f(x + h d) - f(x - h d)) / 2h, with Richardson's correction. */
async function difference(f: Unary, x: g.Tensor, d: g.Tensor): Promise<Float64Array> {
  const central = async (h: number): Promise<g.TypedArray> => {
    const step = g.mul(d, h);
    return await g.div(g.sub(f(g.add(x, step)), f(g.sub(x, step))), 2 * h).data();
  };
  const [coarse, fine] = [await central(2 * STEP), await central(STEP)];
  return Float64Array.from(fine, (value, i) => (4 * value - coarse[i]!) / 3);
}

async function agree(actual: g.Tensor, expected: Float64Array): Promise<void> {
  const values = await actual.data();
  assertEquals(values.length, expected.length);
  expected.forEach((value, i) => {
    assertAlmostEquals(values[i]!, value, 2e-7 * Math.max(1, Math.abs(value)));
  });
}

/** ⟨c, J d⟩ = ⟨Jᵀ c, d⟩. */
async function adjoint(f: Unary, x: g.Tensor, d: g.Tensor): Promise<void> {
  const [y, dy] = jvp(f, [x], [d]);
  const ct = g.cos(g.add(y, 1));
  const [back] = vjp(f, [x])[1](ct);
  const [left, right] = [g.sum(g.mul(ct, dy)), g.sum(g.mul(back, d))];
  const value = await left.item();
  assertAlmostEquals(await right.item(), value, 1e-9 * Math.max(1, Math.abs(value)));
}
