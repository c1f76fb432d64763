import "../../mod.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { setDevice, ShapeError, tensor } from "../../mod.ts";
import { visibleKeys } from "../../models/mod.ts";

setDevice("reference");

Deno.test("visibleKeys: up to the query's own column, where the mask lets through", async () => {
  const plain = visibleKeys({ time: 2, source: 3, position: 1 });
  assertEquals(plain.shape, [1, 1, 2, 3]);
  assertEquals(Array.from(await plain.data()), [1, 1, 0, 1, 1, 1]);
  const mask = tensor([[0, 1, 1]], { dtype: "i32" });
  const position = tensor(1, { dtype: "i32" });
  const masked = visibleKeys({ time: 2, source: 3, position, mask });
  assertEquals(Array.from(await masked.data()), [0, 1, 0, 0, 1, 1]);
});

Deno.test("visibleKeys: a window ends behind, and virtual keys come in front", async () => {
  const near = visibleKeys({ time: 3, source: 3, position: 0, window: 2 });
  assertEquals(Array.from(await near.data()), [1, 0, 0, 1, 1, 0, 0, 1, 1]);
  const mask = tensor([[0, 1]], { dtype: "i32" });
  const behind = visibleKeys({ time: 2, source: 2, position: 0, prefix: 1, mask });
  assertEquals(Array.from(await behind.data()), [1, 0, 0, 1, 0, 1]);
  const both = visibleKeys({ time: 2, source: 2, position: 0, prefix: 1, window: 2 });
  assertEquals(Array.from(await both.data()), [1, 1, 0, 0, 1, 1]);
});

Deno.test("visibleKeys: refuses a mask of other columns", () => {
  const mask = tensor([[1, 1]], { dtype: "i32" });
  assertThrows(
    () => visibleKeys({ time: 1, source: 3, position: 0, mask }),
    ShapeError,
    "attention_mask [1, 2]",
  );
});
