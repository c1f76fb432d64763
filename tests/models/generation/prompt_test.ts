import { assertEquals, assertThrows } from "@std/assert";
import { bucketOf, padPrompts } from "../../../models/mod.ts";

Deno.test("padPrompts: pads on the left, and hides what it adds", () => {
  const { ids, mask } = padPrompts({ input_ids: [[5], [6, 7]] }, { pad: 0, length: 3 });
  assertEquals(ids, [[0, 0, 5], [0, 6, 7]]);
  assertEquals(mask, [[0, 0, 1], [0, 1, 1]]);
  assertThrows(() => padPrompts({ input_ids: [] }, { pad: 0 }), RangeError, "from 0 prompts");
  const short = { input_ids: [[1, 2]], attention_mask: [[1]] };
  assertThrows(() => padPrompts(short, { pad: 0 }), RangeError, "a mask of its length");
});

Deno.test("bucketOf: doubles until it fits", () => {
  assertEquals([1, 16, 17, 70].map((length) => bucketOf(length, 16)), [16, 16, 32, 128]);
});
