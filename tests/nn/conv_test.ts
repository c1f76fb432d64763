import "../../mod.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { setDevice, ShapeError, tensor, zeros } from "../../mod.ts";
import { conv1d, conv2d, conv3d } from "../../nn/mod.ts";
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

Deno.test('conv1d: dilates, groups and pads "same"', async () => {
  const row = tensor([[[1, 2, 3], [4, 5, 6]]]);
  const pairs = tensor([[[1, 1]], [[1, -1]]]);
  await assertClose(conv1d({ weight: pairs }, row, { groups: 2, dilation: 2 }), [4, -2]);
  const same = conv1d({ weight: pairs }, row, { groups: 2, padding: "same", stride: 2 });
  await assertClose(same, [3, 3, -1, 6]);
});

Deno.test("conv3d: has the shape that PyTorch documents", () => {
  const params = { weight: zeros([4, 1, 2, 3, 1]), bias: zeros([4]) };
  const options = { stride: [2, 1, 3], padding: [0, 1, 0], dilation: [1, 2, 1], groups: 2 };
  assertEquals(conv3d(params, zeros([1, 2, 5, 6, 7]), options).shape, [1, 4, 2, 4, 3]);
});

Deno.test("conv2d: refuses what has not four axes", () => {
  assertThrows(() => conv2d({ weight }, tensor([1])), ShapeError, "Cannot convolve [1]");
});
