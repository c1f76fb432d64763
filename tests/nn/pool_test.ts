import { assertEquals, assertThrows } from "@std/assert";
import { setDevice, ShapeError, sum, type Tensor, tensor, zeros } from "../../mod.ts";
import { grad, vmap } from "../../autodiff/mod.ts";
import { avgPool, maxPool } from "../../nn/mod.ts";
import { checkGradient } from "../../testing/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

const row = tensor([[[1, 4, 2, 0, 3]]]);

Deno.test("maxPool: strides, pads, dilates and rounds up", async () => {
  await assertClose(maxPool(row, { kernel: 2 }), [4, 2]);
  await assertClose(maxPool(row, { kernel: 2, ceilMode: true }), [4, 2, 3]);
  await assertClose(maxPool(row, { kernel: 3, stride: 2, padding: 1 }), [4, 4, 3]);
  await assertClose(maxPool(row, { kernel: 2, stride: 1, dilation: 3 }), [1, 4]);
  const negative = tensor([[[-3, -1]]]);
  await assertClose(maxPool(negative, { kernel: 2, stride: 1, padding: 1 }), [-3, -1, -1]);
});

Deno.test("maxPool: the first of equals gets the derivative, in small and large windows", async () => {
  const square = tensor([[[[1, 2], [2, 1]]]]);
  const slope = grad((x: Tensor) => sum(maxPool(x, { kernel: 2 })))(square);
  await assertClose(slope, [0, 1, 0, 0]);
  const ties = zeros([1, 1, 9, 9]);
  const large = grad((x: Tensor) => sum(maxPool(x, { kernel: 9 })))(ties);
  assertEquals((await large.data())[0], 1);
  await assertClose(sum(large), [1]);
});

Deno.test("avgPool: the padding counts, unless it is told not to", async () => {
  await assertClose(avgPool(row, { kernel: 2, padding: 1 }), [0.5, 3, 1.5]);
  const options = { kernel: 2, padding: 1, countIncludePad: false };
  await assertClose(avgPool(row, options), [1, 3, 1.5]);
  // What lies beyond the padded axis never counts.
  await assertClose(avgPool(row, { kernel: 2, ceilMode: true }), [2.5, 1, 3]);
  assertEquals(avgPool(zeros([1, 1, 4], { dtype: "f16" }), { kernel: 2 }).dtype, "f16");
});

Deno.test("pooling: has the derivative that differences say, also batched", async () => {
  const x = tensor([[[[1, 5, 2], [0, 3, 7], [4, -1, 6]]]]);
  const options = { kernel: 2, stride: 1, padding: 1 };
  await checkGradient((x: Tensor) => maxPool(x, options), [x]);
  await checkGradient((x: Tensor) => avgPool(x, options), [x]);
  assertEquals(vmap((x: Tensor) => maxPool(x, options))(zeros([2, 1, 1, 3, 3])).shape, [
    2,
    1,
    1,
    4,
    4,
  ]);
});

Deno.test("pooling: refuses options for other axes, and windows that do not fit", () => {
  assertThrows(
    () => maxPool(row, { kernel: [2, 2] }),
    ShapeError,
    "Cannot pool [1, 1, 5]: [B, C, ...] is needed, and one number for each spatial axis",
  );
  assertThrows(() => avgPool(zeros([1, 5]), { kernel: 1 }), ShapeError, "[B, C, ...] is needed");
  assertThrows(
    () => avgPool(row, { kernel: 6 }),
    ShapeError,
    "Cannot pool [1, 1, 5]: a window of 6 does not fit into it",
  );
});
