import "../../mod.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { setDevice, tensor } from "../../mod.ts";
import { lastColumn, lastToken } from "../../models/mod.ts";

setDevice("reference");

const hidden = tensor([[[1], [2], [3]], [[4], [5], [6]]]);

Deno.test("lastToken: goes by the ids, else takes the last column", async () => {
  const ids = tensor([[7, 0, 0], [0, 7, 7]], { dtype: "i32" });
  const byIds = lastToken(hidden, { ids, pad_token_id: 0 });
  assertEquals(Array.from(await byIds.data()), [1, 6]);
  const without = lastToken(hidden, { pad_token_id: 0 });
  assertEquals(Array.from(await without.data()), [3, 6]);
  assertThrows(() => lastToken(hidden, { ids, pad_token_id: null }), RangeError, "no pad_token_id");
});

Deno.test("lastColumn: keeps three axes", async () => {
  assertEquals(lastColumn(hidden).shape, [2, 1, 1]);
  assertEquals(Array.from(await lastColumn(hidden).data()), [3, 6]);
});
