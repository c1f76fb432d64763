import { setDevice, tensor } from "../../mod.ts";
import { assertEquals } from "@std/assert";
import { bandMask, causalMask, lengthMask, slidingWindowMask } from "../../nn/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

Deno.test("bandMask: with nothing to the right it is the causal mask", async () => {
  const expected = Array.from(await causalMask(2, 4).data());
  await assertClose(bandMask(2, 4, { right: 0 }), expected);
  await assertClose(bandMask(2, 3, { right: 0, offset: 0 }), [1, 0, 0, 1, 1, 0]);
  await assertClose(bandMask(2, 2), [1, 1, 1, 1]);
});

Deno.test("slidingWindowMask: itself and the keys before", async () => {
  await assertClose(slidingWindowMask(3, 3, { window: 2 }), [1, 0, 0, 1, 1, 0, 0, 1, 1]);
});

Deno.test("lengthMask: hides the padding", async () => {
  const mask = lengthMask(tensor([1, 3], { dtype: "i32" }), 3);
  assertEquals(mask.shape, [2, 1, 1, 3]);
  await assertClose(mask, [1, 0, 0, 1, 1, 1]);
});
