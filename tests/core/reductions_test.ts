import { assertEquals, assertThrows } from "@std/assert";
import * as g from "../../mod.ts";
import { grad, vmap } from "../../autodiff/mod.ts";

g.setDevice("reference");

const list = async (x: g.Tensor): Promise<number[]> => Array.from(await x.data());

Deno.test("sum: small integers and bools are summed in 32 bits", async () => {
  const bytes = g.tensor([200, 100], { dtype: "u8" });
  assertEquals([g.sum(bytes).dtype, await g.sum(bytes).item()], ["u32", 300]);
  assertEquals(g.sum(g.tensor([true, true])).dtype, "i32");
  assertEquals(g.sum(g.tensor([1], { dtype: "i8" })).dtype, "i32");
});

Deno.test("sum: f16 accumulates wide and rounds once", async () => {
  const x = g.full([3000], 1, { dtype: "f16" });
  assertEquals(await g.sum(x).item(), 3000);
  assertEquals(await g.mean(g.full([100000], 3, { dtype: "f16" })).item(), 3);
});

Deno.test("sum: keepDims and negative axes", () => {
  const x = g.zeros([2, 3, 4]);
  assertEquals(g.sum(x, { axes: [-1, 0] }).shape, [3]);
  assertEquals(g.sum(x, { axes: -2, keepDims: true }).shape, [2, 1, 4]);
  assertEquals(g.sum(x, { axes: [] }).shape, [2, 3, 4]);
  assertThrows(() => g.sum(x, { axes: 3 }), RangeError, "Cannot sum over axis 3");
});

Deno.test("sum, prod, mean: of nothing", async () => {
  const x = g.zeros([0]);
  assertEquals(await g.sum(x).item(), 0);
  assertEquals(await g.prod(x).item(), 1);
  assertEquals(await g.mean(x).item(), NaN);
  assertEquals(await g.logSumExp(x).item(), -Infinity);
  assertEquals(await g.any(x).item(), 0);
  assertEquals(await g.all(x).item(), 1);
});

Deno.test("max, argmax: of nothing is refused", () => {
  assertThrows(() => g.max(g.zeros([0])), g.ShapeError, "Cannot reduce_max f32[0] over axes [0]");
  assertThrows(() => g.argmax(g.zeros([0])), g.ShapeError, "Cannot argmax f32[0] along axis 0");
});

Deno.test("max: ties share the derivative, NaN wins", async () => {
  const slope = grad((x: g.Tensor) => g.max(x));
  assertEquals(await list(slope(g.tensor([1, 3, 3, 2]))), [0, 0.5, 0.5, 0]);
  assertEquals(await g.max(g.tensor([1, NaN, 3])).item(), NaN);
});

Deno.test("prod: zeros leave the derivative finite", async () => {
  const slope = grad((x: g.Tensor) => g.prod(x));
  assertEquals(await list(slope(g.tensor([2, 0, 3]))), [0, 6, 0]);
  assertEquals(await list(slope(g.tensor([[2, 0], [0, 5]]))), [0, 0, 0, 0]);
});

Deno.test("argmax, argmin: first index, NaN first of all", async () => {
  assertEquals(await g.argmax(g.tensor([1, 3, 3])).item(), 1);
  assertEquals(await g.argmin(g.tensor([2, NaN, 1])).item(), 1);
  const x = g.tensor([[1, 5], [7, 2]]);
  assertEquals(await list(g.argmax(x, { axis: 0 })), [1, 0]);
  assertEquals(g.argmax(x, { axis: 1, keepDims: true }).shape, [2, 1]);
  assertEquals(await list(vmap((row: g.Tensor) => g.argmax(row))(x)), [1, 0]);
});

Deno.test("cumsum, cumprod: forwards, backwards, flattened", async () => {
  const x = g.tensor([[1, 2], [3, 4]]);
  assertEquals(await list(g.cumsum(x)), [1, 3, 6, 10]);
  assertEquals(await list(g.cumsum(x, { axis: 0 })), [1, 2, 4, 6]);
  assertEquals(await list(g.cumsum(x, { axis: 1, reverse: true })), [3, 2, 7, 4]);
  assertEquals(await list(g.cumprod(x, { axis: 1 })), [1, 2, 3, 12]);
  assertEquals(await list(g.cummax(g.tensor([1, 3, NaN, 2]))), [1, 3, NaN, NaN]);
});

Deno.test("softmax: does not overflow and is NaN for a row of -∞", async () => {
  assertEquals(await list(g.softmax(g.tensor([1000, 1000]))), [0.5, 0.5]);
  assertEquals(await list(g.softmax(g.tensor([-Infinity, -Infinity]))), [NaN, NaN]);
  assertEquals(await list(g.logSoftmax(g.tensor([0, -Infinity]))), [0, -Infinity]);
});

Deno.test("logSumExp: is -∞ for a row of -∞ and ∞ where one is", async () => {
  assertEquals(await g.logSumExp(g.tensor([-Infinity, -Infinity])).item(), -Infinity);
  assertEquals(await g.logSumExp(g.tensor([Infinity, 0])).item(), Infinity);
});

Deno.test("variance: NaN without degrees of freedom", async () => {
  const x = g.tensor([1, 3]);
  assertEquals(await g.variance(x).item(), 1);
  assertEquals(await g.variance(x, { ddof: 1 }).item(), 2);
  assertEquals(await g.variance(g.tensor([5]), { ddof: 1 }).item(), NaN);
});
