import { assertEquals, assertThrows } from "@std/assert";
import * as g from "../../mod.ts";
import { assertClose } from "./_close.ts";

g.setDevice("reference");

// Expected numbers: NumPy.
const x = g.tensor([[1, 4, 2], [8, 5, 7]]);
const row = g.tensor([1, 4, 2]);
const holes = g.tensor([[1, NaN, 3], [NaN, NaN, NaN]]);

Deno.test("average: weights each element", async () => {
  await assertClose(g.average(x, { axes: 1, weights: g.tensor([1, 2, 3]) }), [2], [2.5, 6.5]);
  await assertClose(g.average(x), [], [4.5]);
});

Deno.test("ptp: is the distance of the extremes", async () => {
  await assertClose(g.ptp(x, { axes: 0 }), [3], [7, 1, 5]);
});

Deno.test("cov, corrcoef: of rows, of one variable, of two", async () => {
  const c = 7 / 3;
  await assertClose(g.cov(x), [2, 2], [c, -c, -c, c]);
  await assertClose(g.cov(g.matrixTranspose(x), { rowVariables: false }), [2, 2], [c, -c, -c, c]);
  await assertClose(g.cov(row), [], [c]);
  const both = g.cov(row, { y: g.tensor([8, 5, 7]), ddof: 0 });
  await assertClose(both, [2, 2], [14 / 9, -14 / 9, -14 / 9, 14 / 9]);
  await assertClose(g.corrcoef(x), [2, 2], [1, -1, -1, 1]);
  assertThrows(
    () => g.cov(g.zeros([1, 2, 3])),
    g.ShapeError,
    "Cannot take the covariance of [1, 2, 3]",
  );
});

Deno.test("quantile, percentile: methods, lists and kept axes", async () => {
  const parts = g.percentile(x, [10, 50, 75], { axis: 1 });
  await assertClose(parts, [3, 2], [1.2, 5.4, 2, 7, 3, 7.5]);
  const at = (method: g.QuantileMethod): g.Tensor => g.quantile(row, 0.3, { method });
  await assertClose(at("lower"), [], [1]);
  await assertClose(at("higher"), [], [2]);
  await assertClose(at("nearest"), [], [2]);
  await assertClose(at("midpoint"), [], [1.5]);
  await assertClose(g.median(x, { axis: 1, keepDims: true }), [2, 1], [2, 7]);
  await assertClose(g.median(x, { keepDims: true }), [1, 1], [4.5]);
  assertThrows(() => g.quantile(x, 2), RangeError, "Cannot take the 2-quantile");
});

Deno.test("nan reductions: leave out NaN", async () => {
  await assertClose(g.nanSum(holes, { axes: 1 }), [2], [4, 0]);
  await assertClose(g.nanProd(holes, { axes: 1 }), [2], [3, 1]);
  await assertClose(g.nanMax(holes, { axes: 1 }), [2], [3, NaN]);
  await assertClose(g.nanMin(holes, { axes: 1 }), [2], [1, NaN]);
  await assertClose(g.nanMean(holes, { axes: 1 }), [2], [2, NaN]);
  await assertClose(g.nanVariance(holes, { axes: 1 }), [2], [1, NaN]);
  await assertClose(g.nanStd(holes, { axes: 1 }), [2], [1, NaN]);
  await assertClose(g.nanArgmax(holes, { axis: 1 }), [2], [2, -1]);
  await assertClose(g.nanArgmin(holes, { axis: 1 }), [2], [0, -1]);
  await assertClose(g.nanCumsum(holes, { axis: 1 }), [2, 3], [1, 1, 4, 0, 0, 0]);
  await assertClose(g.nanCumprod(holes, { axis: 1 }), [2, 3], [1, 1, 3, 1, 1, 1]);
});

Deno.test("nanQuantile, nanMedian, nanPercentile: of what is there", async () => {
  const x = g.tensor([[1, NaN, 3, 7], [NaN, NaN, NaN, NaN]]);
  await assertClose(g.nanQuantile(x, 0.3, { axis: 1 }), [2], [2.2, NaN]);
  await assertClose(g.nanPercentile(x, 30, { axis: 1 }), [2], [2.2, NaN]);
  await assertClose(g.nanMedian(x), [], [3]);
  await assertClose(g.nanMedian(x, { keepDims: true }), [1, 1], [3]);
  const listed = g.nanQuantile(x, [0, 1], { axis: 1, keepDims: true });
  assertEquals(listed.shape, [2, 2, 1]);
  assertThrows(() => g.nanQuantile(x, -1), RangeError, "Cannot take the -1-quantile");
});

Deno.test("nanMean: has no derivative where there is NaN", async () => {
  const dx = g.grad((v: g.Tensor) => g.nanMean(v))(g.tensor([1, NaN, 3]));
  await assertClose(dx, [3], [0.5, 0, 0.5]);
});

Deno.test("bincount, digitize, histogram: count", async () => {
  const ids = g.tensor([1, 3, 1, -2, 9], { dtype: "i32" });
  await assertClose(g.bincount(ids, { length: 4 }), [4], [1, 2, 0, 1]);
  const weights = g.tensor([0.5, 1, 2, 4, 8]);
  await assertClose(g.bincount(ids, { length: 4, weights }), [4], [4, 2.5, 0, 1]);
  const [at, bins] = [g.tensor([0.5, 1, 3]), g.tensor([1, 2, 3])];
  await assertClose(g.digitize(at, bins), [3], [0, 1, 3]);
  await assertClose(g.digitize(at, bins, { right: true }), [3], [0, 0, 2]);
  const [counts, edges] = g.histogram(g.tensor([-9, 0, 0.4, 1, 2, 2.5]), {
    range: [0, 2],
    bins: 2,
  });
  await assertClose(counts, [2], [2, 2]);
  await assertClose(edges, [3], [0, 1, 2]);
});

Deno.test("segment functions: drop ids outside, and have neutral empty segments", async () => {
  const ids = g.tensor([1, 0, 1, 7], { dtype: "i32" });
  const values = g.tensor([2, 3, 5, 100]);
  const segments = 3;
  await assertClose(g.segmentSum(values, ids, { segments }), [3], [3, 7, 0]);
  await assertClose(g.segmentProd(values, ids, { segments }), [3], [3, 10, 1]);
  await assertClose(g.segmentMax(values, ids, { segments }), [3], [3, 5, -Infinity]);
  await assertClose(g.segmentMin(values, ids, { segments }), [3], [3, 2, Infinity]);
  const whole = g.convert(values, "i32");
  await assertClose(g.segmentMax(whole, ids, { segments }), [3], [3, 5, -(2 ** 31)]);
});

Deno.test("unique: values, counts, first places and the way back", async () => {
  const found = g.unique(g.tensor([[3, 1], [3, 2], [1, 3]]), { size: 4, fill: 0 });
  await assertClose(found.values, [4], [1, 2, 3, 0]);
  await assertClose(found.counts, [4], [2, 1, 3, 0]);
  await assertClose(found.inverse, [3, 2], [2, 0, 2, 1, 0, 2]);
  await assertClose(g.slice(found.indices, { start: [0], stop: [3] }), [3], [1, 3, 0]);
  const fewer = g.unique(g.tensor([3, 1, 2]), { size: 2 });
  await assertClose(fewer.values, [2], [1, 2]);
  assertThrows(
    () => g.unique(g.zeros([0]), { size: 1 }),
    g.ShapeError,
    "Cannot take unique values",
  );
  await assertClose(g.isIn(g.tensor([[1, 5]]), g.tensor([5, 6])), [1, 2], [0, 1]);
});
