import { assertEquals, assertThrows } from "@std/assert";
import { setDevice, ShapeError, tensor, zeros } from "../../mod.ts";
import { pixelShuffle, pixelUnshuffle } from "../../nn/mod.ts";

setDevice("reference");

Deno.test("pixelShuffle: channels become pixels, and pixelUnshuffle takes them back", async () => {
  const x = tensor([1, 2, 3, 4, 5, 6, 7, 8], { shape: [1, 4, 1, 2] });
  const y = pixelShuffle(x, { factor: 2 });
  assertEquals(y.shape, [1, 1, 2, 4]);
  assertEquals(Array.from(await y.data()), [1, 3, 2, 4, 5, 7, 6, 8]);
  assertEquals(await pixelUnshuffle(y, { factor: 2 }).data(), await x.data());
});

Deno.test("pixelShuffle: refuses what the factor does not divide", () => {
  const says = "Cannot shuffle the pixels of [1, 3, 2, 2]: factor 2 does not divide it";
  assertThrows(() => pixelShuffle(zeros([1, 3, 2, 2]), { factor: 2 }), ShapeError, says);
  assertThrows(() => pixelUnshuffle(zeros([1, 1, 3, 2]), { factor: 2 }), ShapeError, "factor 2");
  assertThrows(() => pixelShuffle(zeros([4, 2, 2]), { factor: 2 }), ShapeError, "[B, C, H, W]");
});
