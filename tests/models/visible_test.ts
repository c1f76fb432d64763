import "../../mod.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { setDevice, ShapeError, tensor } from "../../mod.ts";
import { visibility, visibleKeys } from "../../models/mod.ts";

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

Deno.test("visibility: causal from the start of a text, a mask with a cache or a window", async () => {
  const start = { time: 3, source: 3, position: 0 };
  assertEquals(visibility(start), { causal: true, mask: undefined });
  const mask = tensor([[0, 1, 1]], { dtype: "i32" });
  const padded = visibility({ ...start, mask, prefix: 1 });
  assertEquals(padded.mask!.shape, [1, 1, 1, 4]);
  assertEquals([padded.causal, ...await padded.mask!.data()], [true, 1, 0, 1, 1]);
  const near = { ...start, window: 2 };
  assertEquals(visibility(near).causal, undefined);
  assertEquals(await visibility(near).mask!.data(), await visibleKeys(near).data());
  assertEquals(visibility({ time: 1, source: 3, position: 2 }).causal, undefined);
});

Deno.test("visibleKeys: refuses a mask of other columns", () => {
  const mask = tensor([[1, 1]], { dtype: "i32" });
  assertThrows(
    () => visibleKeys({ time: 1, source: 3, position: 0, mask }),
    ShapeError,
    "attention_mask [1, 2]",
  );
});
