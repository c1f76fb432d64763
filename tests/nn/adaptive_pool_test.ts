import { assertEquals } from "@std/assert";
import { reshape, setDevice, tensor } from "../../mod.ts";
import { adaptiveAvgPool, adaptiveMaxPool } from "../../nn/mod.ts";
import { checkGradient } from "../../testing/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

const row = tensor([[[1, 2, 3, 4, 5]]]);

Deno.test("adaptiveAvgPool: means of bins, which overlap where the side is not divisible", async () => {
  await assertClose(adaptiveAvgPool(row, { size: 2 }), [2, 4]);
  await assertClose(adaptiveAvgPool(row, { size: 1 }), [3]);
  const image = reshape(row, [1, 1, 1, 5]);
  const kept = adaptiveAvgPool(image, { size: [null, 5] });
  assertEquals(kept.shape, [1, 1, 1, 5]);
});

Deno.test("adaptiveMaxPool: maxima of the same bins", async () => {
  await assertClose(adaptiveMaxPool(row, { size: 2 }), [3, 5]);
  await assertClose(adaptiveMaxPool(row, { size: 5 }), [1, 2, 3, 4, 5]);
});

Deno.test("adaptiveAvgPool: has the derivative that differences say", async () => {
  await checkGradient((x) => adaptiveAvgPool(x, { size: 3 }), [row]);
});
