import { assertEquals, assertThrows } from "@std/assert";
import * as g from "../../mod.ts";
import { grad, jvp, vmap } from "../../autodiff/mod.ts";

g.setDevice("reference");

const list = async (x: g.Tensor): Promise<number[]> => Array.from(await x.data());
const ints = (...values: number[]): g.Tensor => g.tensor(values, { dtype: "i32" });

Deno.test("mul: integers wrap to their low bits", async () => {
  assertEquals(await list(g.mul(ints(0x7fffffff, -5), ints(0x7fffffff, 7))), [1, -35]);
  const big = g.tensor([0xffffffff], { dtype: "u32" });
  assertEquals(await list(g.mul(big, big)), [1]);
});

Deno.test("add, mul: of bools are or and and", async () => {
  const [x, y] = [g.tensor([true, true, false]), g.tensor([true, false, false])];
  assertEquals(g.add(x, y).dtype, "bool");
  assertEquals(await list(g.add(x, y)), [1, 1, 0]);
  assertEquals(await list(g.mul(x, y)), [1, 0, 0]);
});

Deno.test("div: of integers is a float, truncDivide and floorDivide are not", async () => {
  const [x, y] = [ints(7, -7, 5), ints(2, 2, 0)];
  assertEquals(await list(g.div(x, y)), [3.5, -3.5, Infinity]);
  assertEquals(await list(g.truncDivide(x, y)), [3, -3, -1]);
  assertEquals((await list(g.floorDivide(x, y))).slice(0, 2), [3, -4]);
  assertEquals(await list(g.remainder(ints(7, -7), 3)), [1, 2]);
  assertEquals(await list(g.rem(ints(7, -7, 5), ints(3, 3, 0))), [1, -1, 5]);
});

Deno.test("maximum: a tie passes half the derivative to each", async () => {
  const f = (x: g.Tensor, y: g.Tensor): g.Tensor => g.sum(g.maximum(x, y));
  const x = g.tensor([1, 2, 3]);
  assertEquals(await list(grad(f)(x, g.tensor([1, 3, 2]))), [0.5, 0, 1]);
});

Deno.test("maximum, minimum: NaN wins", async () => {
  const [x, y] = [g.tensor([NaN, 1]), g.tensor([1, NaN])];
  assertEquals(await list(g.maximum(x, y)), [NaN, NaN]);
  assertEquals(await list(g.minimum(x, y)), [NaN, NaN]);
});

Deno.test("abs: has derivative 1 at both zeros", async () => {
  assertEquals(await list(grad((x: g.Tensor) => g.sum(g.abs(x)))(g.tensor([0, -0, -2]))), [
    1,
    1,
    -1,
  ]);
});

Deno.test("round: takes halves to even and keeps signed zeros", async () => {
  const x = g.tensor([0.5, 1.5, 2.5, -0.5, -1.5, -0.2]);
  assertEquals(await list(g.round(x)), [0, 2, 2, -0, -2, -0]);
  assertEquals(await list(g.sign(g.tensor([-0, 3, NaN]))), [-0, 1, NaN]);
});

Deno.test("pow: small integer exponents are integerPow", async () => {
  assertEquals(await list(g.pow(g.tensor([-2, 0]), 3)), [-8, 0]);
  assertEquals(await list(g.pow(g.tensor([1, -1]), g.tensor([NaN, Infinity]))), [1, 1]);
  assertEquals(await list(g.pow(ints(3, 2), ints(4, 31))), [81, -2147483648]);
  assertThrows(() => g.integerPow(g.tensor([2]), 0.5), RangeError, "Cannot integerPow by 0.5");
  assertThrows(() => g.integerPow(ints(2), -1), g.ShapeError, "Cannot integer_pow i32[1] by -1");
});

Deno.test("where: broadcasts all three and passes each side its derivative", async () => {
  const cond = g.tensor([[true], [false]]);
  const y = g.where(cond, g.tensor([1, 2]), 0);
  assertEquals(y.shape, [2, 2]);
  assertEquals(await list(y), [1, 2, 0, 0]);
  const f = (x: g.Tensor): g.Tensor => g.sum(g.where(cond, x, g.mul(x, 3)));
  assertEquals(await list(grad(f)(g.tensor([1, 2]))), [4, 4]);
});

Deno.test("clamp: has derivative 0 at a bound, clip has half", async () => {
  const x = g.tensor([-2, -1, 0, 1, 2]);
  const slope = (f: (x: g.Tensor) => g.Tensor): Promise<number[]> =>
    list(jvp(f, [x], [g.onesLike(x)])[1]);
  assertEquals(await slope((v) => g.clamp(v, -1, 1)), [0, 0, 1, 0, 0]);
  assertEquals(await slope((v) => g.clip(v, -1, 1)), [0, 0.5, 1, 0.5, 0]);
});

Deno.test("leftShift, rightShift: shifts outside the width", async () => {
  const x = ints(-8, -8, -8, 5);
  const by = ints(1, 32, -1, 31);
  assertEquals(await list(g.leftShift(x, by)), [-16, 0, 0, -2147483648]);
  assertEquals(await list(g.rightShift(x, by)), [-4, -1, -1, 0]);
  assertEquals(await list(g.rightShiftLogical(x, by)), [2147483644, 0, 0, 0]);
});

Deno.test("bitcast: reads the bits as another dtype", async () => {
  const x = g.tensor([1, -2]);
  const bits = g.bitcast(x, "u32");
  assertEquals(await list(bits), [0x3f800000, 0xc0000000]);
  assertEquals(await list(g.bitcast(bits, "f32")), [1, -2]);
  assertThrows(() => g.bitcast(x, "f16"), g.ShapeError, "Cannot bitcast f32[2] to f16");
});

Deno.test("stopGradient: passes the value and no derivative", async () => {
  const f = (x: g.Tensor): g.Tensor => g.sum(g.mul(x, g.stopGradient(x)));
  assertEquals(await list(grad(f)(g.tensor([3, 4]))), [3, 4]);
});

Deno.test("fence: is the identity on its values, also batched", async () => {
  const [a, b] = [g.tensor([1, 2]), g.tensor(5)];
  const [kept] = g.fence([a], [b]);
  assertEquals(await list(kept!), [1, 2]);
  const batched = vmap((x: g.Tensor) => g.fence([b], [x])[0]!)(a);
  assertEquals(await list(batched), [5, 5]);
});

Deno.test("logicalAnd: NaN counts as true", async () => {
  const x = g.tensor([NaN, 0, 2]);
  assertEquals(await list(g.logicalAnd(x, g.tensor([1, 1, 1]))), [1, 0, 1]);
  assertEquals(await list(g.logicalNot(x)), [0, 1, 0]);
});

Deno.test("exp: takes integers as f32, and integers and bools are refused by floor primitives", () => {
  assertEquals(g.exp(ints(1)).dtype, "f32");
  assertEquals(g.floor(ints(1)).dtype, "i32");
  assertThrows(() => g.neg(g.tensor([true])), g.ShapeError, "Cannot neg bool[1]");
});
