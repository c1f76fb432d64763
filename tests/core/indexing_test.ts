import { assertEquals, assertThrows } from "@std/assert";
import * as g from "../../mod.ts";
import { grad } from "../../autodiff/mod.ts";

g.setDevice("reference");

const { tensor } = g;
const ids = (...values: number[]): g.Tensor => tensor(values, { dtype: "i32" });
const table = tensor([[1, 2], [3, 4], [5, 6]]);

async function values(x: g.Tensor): Promise<unknown[]> {
  return [x.shape, [...await x.data()]];
}

Deno.test("take: reads rows, and what its mode says outside of the axis", async () => {
  const places = ids(-1, 0, 3);
  assertEquals(await values(g.take(table, places)), [[3, 2], [5, 6, 1, 2, NaN, NaN]]);
  assertEquals(await values(g.take(table, places, { mode: "clip" })), [[3, 2], [1, 2, 1, 2, 5, 6]]);
  assertEquals(await values(g.take(table, places, { mode: "wrap" })), [[3, 2], [5, 6, 1, 2, 1, 2]]);
  assertEquals(await values(g.take(table, ids(4), { axis: null })), [[1], [5]]);
  assertEquals(await values(g.take(ids(1), ids(7))), [[1], [-(2 ** 31)]]);
});

Deno.test("take: refuses ids that are no integers, and rows of nothing", () => {
  assertThrows(() => g.take(table, tensor([1])), g.ShapeError, "ids are integers");
  assertThrows(() => g.take(g.zeros([0, 2]), ids(0)), g.ShapeError, "it has no rows");
});

Deno.test("take: adds up the cotangents of a row that is read twice", async () => {
  const f = (x: g.Tensor): g.Tensor => g.sum(g.take(x, ids(2, 0, 2)));
  assertEquals(await values(grad(f)(table)), [[3, 2], [1, 1, 0, 0, 2, 2]]);
});

Deno.test("takeAlongAxis: reads by an index for each line", async () => {
  const order = g.argsort(g.neg(table), { axis: 1 });
  const sorted = g.takeAlongAxis(table, order, { axis: 1 });
  assertEquals(await values(sorted), [[3, 2], [2, 1, 4, 3, 6, 5]]);
  assertThrows(() => g.takeAlongAxis(table, ids(0)), g.ShapeError, "the ranks differ");
});

Deno.test("gather: clamps", async () => {
  assertEquals(await values(g.gather(table, ids(9, -9))), [[2, 2], [5, 6, 1, 2]]);
});

Deno.test("scatter: combines in order and drops what is outside", async () => {
  const updates = tensor([10, 20, 30, 40]);
  const x = tensor([1, 2, 3]);
  const results = {
    add: [21, 2, 43],
    set: [20, 2, 30],
    mul: [20, 2, 900],
    min: [1, 2, 3],
    max: [20, 2, 30],
  };
  for (const [kind, expected] of Object.entries(results)) {
    const y = g.scatter(x, ids(2, 0, 2, 7), { updates, kind: kind as g.ScatterKind });
    assertEquals(await values(y), [[3], expected]);
  }
  const bad = { updates: g.zeros([2, 2]) };
  assertThrows(() => g.scatter(x, ids(1), bad), g.ShapeError, "no axis can go");
  assertThrows(() => g.gather(x, tensor([1])), g.ShapeError, "ids are integers");
});

Deno.test("index: reads as NumPy does", async () => {
  const x = g.reshape(g.arange(0, 24), [2, 3, 4]);
  assertEquals(await values(g.index(x, [1, "ellipsis", -1])), [[3], [15, 19, 23]]);
  assertEquals(g.index(x, ["newaxis", 0, { step: -1 }]).shape, [1, 3, 4]);
  assertEquals(await values(g.index(x, [0, { start: 2, stop: 0, step: -1 }, 0])), [[2], [8, 4]]);
  assertEquals(await values(g.index(x, [ids(0, 1), ids(2, -1), 3])), [[2], [11, 23]]);
  assertEquals(g.index(x, [ids(0, 1), {}, ids(2, 3)]).shape, [2, 3]);
  assertEquals(g.index(x, [{}, {}, ids(2, 3, 0)]).shape, [2, 3, 3]);
  assertThrows(() => g.index(x, [0, 0, 0, 0]), g.ShapeError, "only 3 axes");
  assertThrows(() => g.index(x, [2]), RangeError, "it has 2 elements");
});

Deno.test("indexUpdate: writes where index reads", async () => {
  const x = g.zeros([2, 3]);
  const row = g.indexUpdate(x, [1], { update: tensor(7) });
  assertEquals(await values(row), [[2, 3], [0, 0, 0, 7, 7, 7]]);
  const added = g.indexUpdate(x, [ids(0, 0, 5), ids(1, 1, 1)], { update: tensor(1), kind: "add" });
  assertEquals(await values(added), [[2, 3], [0, 2, 0, 0, 0, 0]]);
});

// Expected numbers: NumPy.
Deno.test("index: integers side by side stay where they are, others come first", async () => {
  const x = g.reshape(g.arange(0, 24), [2, 3, 4]);
  const apart = g.index(x, [ids(0, 1), {}, ids(1, -2)]);
  assertEquals(await values(apart), [[2, 3], [1, 5, 9, 14, 18, 22]]);
  const together = g.index(x, [{}, ids(2, 0), ids(3, 1)]);
  assertEquals(await values(together), [[2, 2], [11, 1, 23, 13]]);
  const parted = g.index(x, [{}, ids(2, 0), "ellipsis", ids(3, 1)]);
  assertEquals(await values(parted), [[2, 2], [11, 23, 1, 13]]);
  const column = g.reshape(ids(0, 2), [2, 1]);
  const block = g.index(x, [-1, column, ids(0, 3)]);
  assertEquals(await values(block), [[2, 2], [12, 15, 20, 23]]);
  const spans = g.index(x, ["ellipsis", "newaxis", { start: -1, stop: 0, step: -2 }]);
  assertEquals(spans.shape, [2, 3, 1, 2]);
});

Deno.test("indexUpdate: kinds, with places that come twice", async () => {
  const x = g.reshape(g.arange(1, 7, { dtype: "f32" }), [2, 3]);
  const items = [{}, ids(0, 2, 0)];
  const update = tensor([2, 3, 4]);
  const updated = async (kind: g.ScatterKind): Promise<number[]> =>
    Array.from(await g.indexUpdate(x, items, { update, kind }).data());
  assertEquals(await updated("add"), [7, 2, 6, 10, 5, 9]);
  assertEquals(await updated("mul"), [8, 2, 9, 32, 5, 18]);
  assertEquals(await updated("max"), [4, 2, 3, 4, 5, 6]);
  assertEquals(await updated("min"), [1, 2, 3, 2, 5, 3]);
  const reversed = g.indexUpdate(x, [0, { step: -1 }], { update });
  assertEquals(Array.from(await reversed.data()), [4, 3, 2, 4, 5, 6]);
});

Deno.test("dynamicSlice: moves the window so that it fits", async () => {
  assertEquals(await values(g.dynamicSlice(table, [ids(1), 5].map(scalar), { sizes: [2, 1] })), [
    [2, 1],
    [4, 6],
  ]);
  assertEquals(await values(g.dynamicSlice(table, [-1, 0], { sizes: [1, 2] })), [[1, 2], [5, 6]]);
  const bad = { sizes: [4, 1] };
  assertThrows(() => g.dynamicSlice(table, [0, 0], bad), g.ShapeError, "does not fit");
  assertThrows(
    () => g.dynamicSlice(table, [tensor(0), 0], { sizes: [1, 1] }),
    g.ShapeError,
    "no integer scalars",
  );
});

Deno.test("dynamicUpdateSlice: replaces the window", async () => {
  const y = g.dynamicUpdateSlice(table, tensor([[9]]), { starts: [1, 9] });
  assertEquals(await values(y), [[3, 2], [1, 2, 3, 9, 5, 6]]);
});

Deno.test("sort, argsort and topK: put NaN last, first when descending", async () => {
  const x = tensor([2, NaN, -1, 2]);
  assertEquals(await values(g.sort(x)), [[4], [-1, 2, 2, NaN]]);
  assertEquals(await values(g.sort(x, { descending: true })), [[4], [NaN, 2, 2, -1]]);
  assertEquals(await values(g.argsort(x)), [[4], [2, 0, 3, 1]]);
  assertEquals(await values(g.argsort(x, { descending: true })), [[4], [1, 0, 3, 2]]);
  const [largest, places] = g.topK(x, 2);
  assertEquals(await values(largest), [[2], [NaN, 2]]);
  assertEquals(await values(places), [[2], [1, 0]]);
  assertThrows(() => g.topK(x, 5), RangeError, "choose a smaller k");
});

Deno.test("sortTogether: reorders the others by the keys", async () => {
  const [, second] = g.sortTogether([ids(2, 1, 2), ids(0, 1, 2)]);
  assertEquals(await values(second!), [[3], [1, 0, 2]]);
  assertThrows(() => g.sortTogether([ids(1), ids(1, 2)]), g.ShapeError, "have one shape");
});

Deno.test("searchSorted: finds the side of equal elements", async () => {
  const sorted = tensor([1, 2, 2, 3]);
  const at = tensor([0, 2, 9, NaN]);
  assertEquals(await values(g.searchSorted(sorted, at)), [[4], [0, 1, 4, 4]]);
  assertEquals(await values(g.searchSorted(sorted, at, { side: "right" })), [[4], [0, 3, 4, 4]]);
});

Deno.test("searchSorted: halves long tables to the same places", async () => {
  const table = g.convert(g.floorDivide(g.arange(0, 100), 3), "f32");
  const wanted = tensor([-1, 0, 7, 7.5, 33, 99, NaN, Infinity]);
  const places = (side: "left" | "right"): Promise<g.TypedArray> =>
    g.searchSorted(table, wanted, { side }).data();
  assertEquals([...await places("left")], [0, 0, 21, 24, 99, 100, 100, 100]);
  assertEquals([...await places("right")], [0, 3, 24, 24, 100, 100, 100, 100]);
});

Deno.test("oneHot: gives zeros for indices out of range", async () => {
  assertEquals(await values(g.oneHot(ids(1, 5), 2)), [[2, 2], [0, 1, 0, 0]]);
  assertEquals(g.oneHot(ids(1, 5, 0), 2, { axis: 0 }).shape, [2, 3]);
});

function scalar(x: g.Tensor | number): g.Tensor | number {
  return typeof x === "number" ? x : g.reshape(x, []);
}
