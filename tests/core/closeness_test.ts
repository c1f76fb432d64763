import { assertThrows } from "@std/assert";
import * as g from "../../mod.ts";
import { assertClose } from "./_close.ts";

g.setDevice("reference");

Deno.test("isClose, allClose, arrayEqual: tolerances, infinities and NaN", async () => {
  const x = g.tensor([1, Infinity, NaN, 0]);
  const y = g.tensor([1 + 1e-6, Infinity, NaN, 1e-3]);
  await assertClose(g.isClose(x, y), [4], [1, 1, 0, 0]);
  await assertClose(g.isClose(x, y, { equalNan: true, atol: 1e-2 }), [4], [1, 1, 1, 1]);
  await assertClose(g.isClose(g.tensor(Infinity), g.tensor(1)), [], [0]);
  await assertClose(g.allClose(x, y), [], [0]);
  await assertClose(g.arrayEqual(g.ones([2]), g.ones([2])), [], [1]);
  await assertClose(g.arrayEqual(g.ones([2]), g.ones([1])), [], [0]);
});

Deno.test("select: the first condition that holds wins", async () => {
  const x = g.tensor([-2, 0, 2]);
  const y = g.select([[g.less(x, 0), -1], [g.less(x, 1), g.tensor(7)]], 9);
  await assertClose(y, [3], [-1, 7, 9]);
  assertThrows(() => g.select([]), g.ShapeError, "Cannot select: there is no case");
});

Deno.test("heaviside, fmax, fmin", async () => {
  await assertClose(g.heaviside(g.tensor([-1, 0, 2, NaN]), 0.5), [4], [0, 0.5, 1, NaN]);
  const [a, b] = [g.tensor([NaN, 1, NaN]), g.tensor([2, NaN, NaN])];
  await assertClose(g.fmax(a, b), [3], [2, 1, NaN]);
  await assertClose(g.fmin(g.tensor([1, 3]), 2), [2], [1, 2]);
});

Deno.test("gcd, lcm, divmod, modf", async () => {
  const ints = (...values: number[]): g.Tensor => g.tensor(values, { dtype: "i32" });
  await assertClose(g.gcd(ints(12, -18, 0, 17), ints(18, 12, 0, 5)), [4], [6, 6, 0, 1]);
  await assertClose(g.gcd(ints(1836311903), 1134903170), [1], [1]);
  await assertClose(g.lcm(ints(4, 6, 0), ints(6, 4, 3)), [3], [12, 12, 0]);
  const [quotient, rest] = g.divmod(ints(-7), 2);
  await assertClose(quotient, [1], [-4]);
  await assertClose(rest, [1], [1]);
  const [fraction, whole] = g.modf(g.tensor([-1.5]));
  await assertClose(fraction, [1], [-0.5]);
  await assertClose(whole, [1], [-1]);
  assertThrows(() => g.gcd(1, 2), g.ShapeError, "they are no integers");
});

Deno.test("logAddExp2, log1mExp, logMeanExp", async () => {
  await assertClose(g.logAddExp2(3, 4), [], [4.584963]);
  await assertClose(g.log1mExp(g.tensor([0.1, 2])), [2], [-2.352168, -0.145413]);
  await assertClose(g.grad((x: g.Tensor) => g.sum(g.log1mExp(x)))(g.tensor([0.1, 2])), [2], [
    1 / Math.expm1(0.1),
    1 / Math.expm1(2),
  ]);
  await assertClose(g.logMeanExp(g.tensor([3, 3])), [], [3]);
});

Deno.test("logSumExp: weights may be zero or negative", async () => {
  const [x, weights] = [g.tensor([1000, 1001, 5]), g.tensor([1, -1, 0])];
  const [size, sign] = g.signedLogSumExp(x, { weights });
  await assertClose(size, [], [1000 + Math.log(Math.E - 1)]);
  await assertClose(sign, [], [-1]);
  await assertClose(g.logSumExp(x, { weights }), [], [NaN]);
  await assertClose(g.logSumExp(x, { weights: g.tensor([2, 0, 0]) }), [], [1000 + Math.LN2]);
});
