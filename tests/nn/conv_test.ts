import "../../mod.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { setDevice, ShapeError, tensor } from "../../mod.ts";
import { conv2d } from "../../nn/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

const x = tensor([1, 2, 3, 4], { shape: [1, 1, 2, 2] });
const weight = tensor([1, 0, 0, 1], { shape: [1, 1, 2, 2] });

Deno.test("conv2d: a cross-correlation with a bias, stride and padding", async () => {
  await assertClose(conv2d({ weight }, x), [5]);
  await assertClose(conv2d({ weight, bias: tensor([1]) }, x), [6]);
  const strided = conv2d({ weight }, x, { padding: 1, stride: 2 });
  assertEquals(strided.shape, [1, 1, 2, 2]);
  await assertClose(strided, [1, 0, 0, 4]);
});

Deno.test("conv2d: refuses what has not four axes", () => {
  assertThrows(() => conv2d({ weight }, tensor([1])), ShapeError, "Cannot convolve [1]");
});
