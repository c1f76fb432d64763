import { assertEquals, assertThrows } from "@std/assert";
import { mul, ones, setDevice, ShapeError, sum, type Tensor, tensor, zeros } from "../../mod.ts";
import { conv2d, convTranspose1d, convTranspose2d, convTranspose3d } from "../../nn/mod.ts";
import { checkGradient } from "../../testing/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

Deno.test("convTranspose1d: adds the kernel at each place", async () => {
  const x = tensor([[[1, 2]]]);
  const weight = tensor([[[1, 10, 100]]]);
  await assertClose(convTranspose1d({ weight }, x), [1, 12, 120, 200]);
  await assertClose(convTranspose1d({ weight, bias: tensor([1]) }, x, { padding: 1 }), [13, 121]);
  const spread = convTranspose1d({ weight }, x, { stride: 3, outputPadding: 1 });
  await assertClose(spread, [1, 10, 100, 2, 20, 200, 0]);
});

Deno.test('convTranspose1d: "same" has side times stride, "valid" all that is reached', async () => {
  const x = tensor([[[1, 2]]]);
  const weight = tensor([[[1, 10, 100]]]);
  await assertClose(convTranspose1d({ weight }, x, { stride: 2, padding: "same" }), [
    1,
    10,
    102,
    20,
  ]);
  await assertClose(convTranspose1d({ weight }, x, { stride: 2, padding: "valid" }), [
    1,
    10,
    102,
    20,
    200,
  ]);
});

Deno.test("convTranspose2d: is the transpose of conv2d", async () => {
  const weight = tensor([[[[1, 2], [3, 4]]], [[[0, 1], [1, -1]]]]); // [2, 1, 2, 2]
  const x = tensor([[[[1, -1, 2], [0, 3, 1], [2, 2, 5]]]]);
  const ct = tensor([[[[1, 2], [0, 1]], [[-1, 1], [3, 2]]]]);
  const inner = (a: Tensor, b: Tensor): Promise<number> => sum(mul(a, b)).item();
  assertEquals(
    await inner(conv2d({ weight }, x), ct),
    await inner(x, convTranspose2d({ weight }, ct)),
  );
});

Deno.test("convTranspose3d: has the shape that PyTorch documents, and the right derivative", async () => {
  const y = convTranspose3d({ weight: zeros([2, 3, 2, 3, 1]) }, zeros([1, 2, 4, 5, 6]), {
    stride: [2, 1, 3],
    dilation: [1, 2, 1],
  });
  assertEquals(y.shape, [1, 3, 8, 9, 16]);
  const f = (weight: Tensor, x: Tensor): Tensor => convTranspose2d({ weight }, x, { stride: 2 });
  await checkGradient(f, [ones([1, 1, 2, 2]), tensor([[[[1, 2], [3, 4]]]])]);
});

Deno.test("convTranspose2d: refuses what has not four axes", () => {
  assertThrows(
    () => convTranspose2d({ weight: zeros([1, 1, 2, 2]) }, zeros([1, 1, 2])),
    ShapeError,
    "Cannot convolve [1, 1, 2] with [1, 1, 2, 2]",
  );
});
