import "../../mod.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { setDevice, ShapeError, type Tensor, tensor } from "../../mod.ts";
import { attention, causalMask, mergeHeads, splitHeads } from "../../nn/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

/** One head of size 1: [1, 1, T, 1]. */
function column(values: readonly number[]): Tensor {
  return tensor(values, { shape: [1, 1, values.length, 1] });
}

const value = column([1, 2, 6]);
const even = { query: column([0, 0, 0]), key: column([1, 2, 3]), value };

Deno.test("attention: the mean of the values when all scores are equal", async () => {
  await assertClose(attention(even), [3, 3, 3]);
});

Deno.test("attention: causal queries see themselves and what came before", async () => {
  await assertClose(attention(even, { causal: true }), [1, 1.5, 3]);
  const last = { ...even, query: column([0, 0]) };
  await assertClose(attention(last, { causal: true }), [1.5, 3]);
  await assertClose(causalMask(2, 3), [1, 1, 0, 1, 1, 1]);
});

Deno.test("attention: scale, bias and mask act on the scores", async () => {
  const two = { query: column([1]), key: column([0, Math.log(3)]), value: column([0, 4]) };
  await assertClose(attention(two), [3]);
  await assertClose(attention(two, { scale: 0 }), [2]);
  await assertClose(attention(two, { bias: tensor([Math.log(3), 0]) }), [2]);
  await assertClose(attention(two, { mask: tensor([true, false]) }), [0]);
});

Deno.test("attention: a query that sees nothing gets zeros, not NaN", async () => {
  await assertClose(attention(even, { mask: tensor([false, false, false]) }), [0, 0, 0]);
});

Deno.test("attention: key heads are shared by groups of query heads", async () => {
  const query = tensor([0, 0], { shape: [1, 2, 1, 1] });
  await assertClose(attention({ query, key: column([1, 2]), value: column([1, 3]) }), [2, 2]);
});

Deno.test("attention: refuses operands that do not fit", () => {
  const mask = tensor([true, false]);
  assertThrows(() => attention(even, { mask }), ShapeError, "a bool mask over [B, H, T, S]");
  const numbers = tensor([1, 0, 1]);
  assertThrows(() => attention(even, { mask: numbers }), ShapeError, "a bool mask");
  const bias = tensor([[1], [2]]);
  assertThrows(() => attention(even, { bias }), ShapeError, "over [B, H, T, S]");
  assertThrows(() => attention({ ...even, value: column([1]) }), ShapeError, "Cannot attend");
});

Deno.test("splitHeads and mergeHeads are inverse", async () => {
  const x = tensor([[[1, 2, 3, 4], [5, 6, 7, 8]]]);
  const split = splitHeads(x, { heads: 2 });
  assertEquals(split.shape, [1, 2, 2, 2]);
  await assertClose(split, [1, 2, 5, 6, 3, 4, 7, 8]);
  await assertClose(mergeHeads(split), [1, 2, 3, 4, 5, 6, 7, 8]);
  assertThrows(() => splitHeads(x, { heads: 3 }), ShapeError, "into 3 heads");
  assertThrows(() => mergeHeads(x), ShapeError, "four axes");
});
