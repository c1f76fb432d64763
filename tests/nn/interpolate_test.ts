import { assertEquals, assertThrows } from "@std/assert";
import {
  arange,
  convert,
  reshape,
  setDevice,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from "../../mod.ts";
import { interpolate } from "../../nn/mod.ts";
import { checkGradient } from "../../testing/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

const row = tensor([[[0, 3, 6, 9]]]);

Deno.test("interpolate: nearest takes the left one, nearest-exact the nearer one", async () => {
  await assertClose(interpolate(row, { size: 3 }), [0, 3, 6]);
  await assertClose(interpolate(row, { size: 3, mode: "nearest-exact" }), [0, 6, 9]);
  assertEquals(interpolate(convert(row, "i32"), { scale: 2 }).dtype, "i32");
});

Deno.test("interpolate: linear along a line, with and without aligned corners", async () => {
  await assertClose(interpolate(row, { size: 2, mode: "linear" }), [1.5, 7.5]);
  await assertClose(interpolate(row, { size: 7, mode: "linear", alignCorners: true }), [
    0,
    1.5,
    3,
    4.5,
    6,
    7.5,
    9,
  ]);
});

Deno.test("interpolate: bicubic keeps its nodes, area takes means, antialias filters", async () => {
  const image = reshape(row, [1, 1, 1, 4]);
  const cubic = interpolate(image, { size: [1, 7], mode: "bicubic", alignCorners: true });
  const values = await cubic.data();
  assertEquals([values[0], values[2], values[4], values[6]], [0, 3, 6, 9]);
  await assertClose(interpolate(row, { size: 2, mode: "area" }), [1.5, 7.5]);
  const step = tensor([0, 0, 0, 8], { shape: [1, 1, 1, 4] });
  const soft = interpolate(step, { size: [1, 2], mode: "bilinear", antialias: true });
  await assertClose(soft, [0, 24 / 7]); // 0.25, 0.75, 0.75 of the last three
});

Deno.test("interpolate: many taps are a product, few are gathers, with one derivative", async () => {
  const long = reshape(arange(0, 40, { dtype: "f32" }), [1, 1, 1, 40]);
  const f = (size: number, antialias: boolean) => (x: Tensor): Tensor =>
    interpolate(x, { size: [1, size], mode: "bilinear", antialias });
  // A tent of radius 20 around 9.5, of which what lies before 0 is left out.
  const weights = Array.from({ length: 30 }, (_, i) => 1 - Math.abs(i - 9.5) / 20);
  const total = weights.reduce((sum, w) => sum + w);
  const first = weights.reduce((sum, w, i) => sum + w * i, 0) / total;
  await assertClose(f(2, true)(long), [first, 39 - first]);
  await checkGradient(f(2, true), [long]);
  await checkGradient(f(60, false), [long]);
});

Deno.test("interpolate: refuses options that mean nothing", () => {
  const refuse = (act: () => unknown, says: string): void =>
    void assertThrows(act, RangeError, says);
  refuse(() => interpolate(row, {}), "one of size and scale is needed");
  refuse(() => interpolate(row, { size: 2, scale: 2 }), "one of size and scale is needed");
  refuse(() => interpolate(row, { size: 2, alignCorners: true }), "alignCorners has no meaning");
  refuse(() => interpolate(row, { size: 2, antialias: true }), "antialias has no meaning");
  refuse(() => interpolate(row, { size: 0 }), "to sides [0]: they must be positive integers");
  assertThrows(() => interpolate(zeros([2, 2]), { size: 2 }), ShapeError, "[B, C, ...] is needed");
  assertThrows(() => interpolate(row, { size: [2, 2] }), ShapeError, "[2,2] is not one number");
});
