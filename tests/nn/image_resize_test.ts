import { assertEquals, assertThrows } from "@std/assert";
import { setDevice, ShapeError, type Tensor, tensor, zeros } from "../../mod.ts";
import { imageResize, type ResizeMethod } from "../../nn/mod.ts";
import { checkGradient } from "../../testing/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

const METHODS: readonly ResizeMethod[] = ["nearest", "linear", "cubic", "lanczos3", "lanczos5"];

Deno.test("imageResize: filters when it shrinks, unless antialias is false", async () => {
  const x = tensor([0, 0, 0, 8]);
  await assertClose(imageResize(x, [2]), [0, 24 / 7]); // 0.25, 0.75, 0.75 of the last three
  await assertClose(imageResize(x, [2], { antialias: false }), [0, 4]);
  await assertClose(imageResize(x, [2], { method: "nearest" }), [0, 8]);
});

Deno.test("imageResize: keeps what is constant, by every method", async () => {
  const x = tensor(new Array(12).fill(2), { shape: [3, 4] });
  for (const method of METHODS) {
    for (const shape of [[5, 2], [3, 9], [1, 1]]) {
      const y = imageResize(x, shape, { method });
      assertEquals(y.shape, shape);
      await assertClose(y, new Array(shape[0]! * shape[1]!).fill(2));
    }
  }
});

Deno.test("imageResize: has the derivative that differences say", async () => {
  await checkGradient((x: Tensor) => imageResize(x, [3, 7], { method: "cubic" }), [
    tensor([[1, -2, 3], [0, 5, 4]]),
  ]);
});

Deno.test("imageResize: refuses shapes of other ranks and empty axes", () => {
  assertThrows(() => imageResize(zeros([2]), [2, 2]), ShapeError, "Cannot resize [2] to [2, 2]");
  assertThrows(() => imageResize(zeros([0]), [2]), ShapeError, "Cannot resize [0] to [2]");
});
