import { assertEquals, assertThrows } from "@std/assert";
import * as g from "../../mod.ts";

g.setDevice("reference");

const { tensor } = g;
const ids = (...values: number[]): g.Tensor => tensor(values, { dtype: "i32" });
const grid = tensor([[1, 2, 3], [4, 5, 6]]);

async function values(x: g.Tensor): Promise<unknown[]> {
  return [x.shape, [...await x.data()]];
}

Deno.test("transpose: reverses the axes, or orders them by perm", async () => {
  assertEquals(await values(g.transpose(grid)), [[3, 2], [1, 4, 2, 5, 3, 6]]);
  assertEquals(g.transpose(g.zeros([2, 3, 4]), [-1, 0, 1]).shape, [4, 2, 3]);
});

Deno.test("transpose: refuses what is no permutation", () => {
  assertThrows(() => g.transpose(grid, [0, 0]), g.ShapeError, "must be named once");
  assertThrows(() => g.transpose(grid, [0]), g.ShapeError, "must be named once");
});

Deno.test("moveAxis and swapAxes: keep the order of the other axes", () => {
  const x = g.zeros([2, 3, 4, 5]);
  assertEquals(g.moveAxis(x, 0, -1).shape, [3, 4, 5, 2]);
  assertEquals(g.moveAxis(x, [0, 1], [-1, 0]).shape, [3, 4, 5, 2]);
  assertEquals(g.swapAxes(x, 1, -1).shape, [2, 5, 4, 3]);
});

Deno.test("slice: cuts as Python does", async () => {
  const x = g.arange(0, 7);
  assertEquals(await values(g.slice(x, { start: [1], stop: [-1], step: [2] })), [[3], [1, 3, 5]]);
  assertEquals(await values(g.slice(x, { start: [5], stop: [99] })), [[2], [5, 6]]);
  assertEquals(await values(g.slice(x, { start: [4], stop: [2] })), [[0], []]);
  assertThrows(() => g.slice(x, { start: [0, 0] }), g.ShapeError, "only 1 axes");
  assertThrows(() => g.slice(x, { step: [0] }), g.ShapeError, "step >= 1");
});

Deno.test("pad: fills around, between, and crops", async () => {
  const x = ids(1, 2, 3);
  const padded = g.pad(x, { low: [-1], high: [2], interior: [1], value: 9 });
  assertEquals(await values(padded), [[6], [9, 2, 9, 3, 9, 9]]);
  const moved = g.pad(x, { low: [1], high: [-1], value: 9 });
  assertEquals(await values(moved), [[3], [9, 1, 2]]);
  assertThrows(() => g.pad(x, { low: [-4] }), g.ShapeError, "at least 0");
  assertThrows(() => g.pad(x, { low: [1, 1] }), g.ShapeError, "more than 1 entries");
});

Deno.test("pad: continues an axis by its own elements", async () => {
  const expected = {
    edge: [1, 1, 1, 2, 3, 3],
    reflect: [3, 2, 1, 2, 3, 2],
    symmetric: [2, 1, 1, 2, 3, 3],
    wrap: [2, 3, 1, 2, 3, 1],
  };
  for (const [mode, result] of Object.entries(expected)) {
    const y = g.pad(ids(1, 2, 3), { low: [2], high: [1], mode: mode as g.PadMode });
    assertEquals(await values(y), [[6], result]);
  }
  assertThrows(() => g.pad(g.zeros([0]), { low: [1], mode: "edge" }), g.ShapeError, "is empty");
});

Deno.test("flip: reverses the named axes", async () => {
  assertEquals(await values(g.flip(grid, { axes: 1 })), [[2, 3], [3, 2, 1, 6, 5, 4]]);
  assertEquals(await values(g.flip(grid)), [[2, 3], [6, 5, 4, 3, 2, 1]]);
});

Deno.test("concatenate: joins along an axis in the promoted dtype", async () => {
  const joined = g.concatenate([tensor([[1], [2]]), tensor([[3, 4], [5, 6]])], { axis: -1 });
  assertEquals(await values(joined), [[2, 3], [1, 3, 4, 2, 5, 6]]);
  assertEquals(g.concatenate([ids(1), tensor([0.5])]).dtype, "f32");
  assertThrows(() => g.concatenate([]), g.ShapeError, "nothing");
  assertThrows(() => g.concatenate([grid, g.zeros([2, 2])]), g.ShapeError, "same sides");
});

Deno.test("stack, unstack and split: are each other's inverse", async () => {
  const columns = g.stack([tensor([1, 4]), tensor([2, 5]), tensor([3, 6])], { axis: 1 });
  assertEquals(await values(columns), await values(grid));
  assertEquals(await values(g.unstack(grid, { axis: 1 })[1]!), [[2], [2, 5]]);
  assertEquals(g.split(grid, { sections: 3, axis: 1 }).map((x) => x.shape), [[2, 1], [2, 1], [
    2,
    1,
  ]]);
  const uneven = g.split(grid, { indices: [1, 2], axis: 1 });
  assertEquals(await values(g.concatenate(uneven, { axis: 1 })), await values(grid));
  assertThrows(() => g.split(grid, { sections: 2, axis: 1 }), g.ShapeError, "no multiple of 2");
});

Deno.test("expandDims and squeeze: add and drop axes of side 1", () => {
  assertEquals(g.expandDims(grid, [0, -1]).shape, [1, 2, 3, 1]);
  assertEquals(g.squeeze(g.zeros([1, 2, 1])).shape, [2]);
  assertEquals(g.squeeze(g.zeros([1, 2, 1]), { axes: -1 }).shape, [1, 2]);
  assertThrows(() => g.squeeze(grid, { axes: 0 }), g.ShapeError, "its side is 2");
});

Deno.test("tile, repeat and roll: repeat and shift", async () => {
  assertEquals(await values(g.tile(ids(1, 2), [2, 2])), [[2, 4], [1, 2, 1, 2, 1, 2, 1, 2]]);
  assertEquals(await values(g.repeat(ids(1, 2), 2)), [[4], [1, 1, 2, 2]]);
  assertEquals(await values(g.repeat(ids(7, 8, 9), [2, 0, 1])), [[3], [7, 7, 9]]);
  assertThrows(() => g.repeat(ids(1, 2), [1]), g.ShapeError, "2 elements");
  assertEquals(await values(g.roll(ids(1, 2, 3), 4)), [[3], [3, 1, 2]]);
  assertEquals(await values(g.roll(grid, 1, { axis: 1 })), [[2, 3], [3, 1, 2, 6, 4, 5]]);
});

Deno.test("diagonal, diag and traceOf: read and write diagonals", async () => {
  assertEquals(await values(g.diagonal(grid, { offset: 1 })), [[2], [2, 6]]);
  assertEquals(await values(g.diagonal(grid, { offset: -1 })), [[1], [4]]);
  assertEquals(await values(g.diagonal(grid, { offset: 3 })), [[0], []]);
  assertEquals(await values(g.diag(ids(1, 2), { k: -1 })), [[3, 3], [0, 0, 0, 1, 0, 0, 0, 2, 0]]);
  assertEquals(await g.traceOf(grid).item(), 6);
  assertThrows(() => g.diag(g.zeros([1, 1, 1])), g.ShapeError, "a vector or a matrix");
});

Deno.test("tril, triu, eye and tri: cut triangles", async () => {
  assertEquals(await values(g.tril(grid)), [[2, 3], [1, 0, 0, 4, 5, 0]]);
  assertEquals(await values(g.triu(grid, { k: 1 })), [[2, 3], [0, 2, 3, 0, 0, 6]]);
  assertEquals(await values(g.eye(2, { columns: 3, k: 1 })), [[2, 3], [0, 1, 0, 0, 0, 1]]);
  assertEquals(await values(g.tri(2, { dtype: "i32" })), [[2, 2], [1, 0, 1, 1]]);
  assertThrows(() => g.tril(g.zeros([2])), g.ShapeError, "it takes matrices");
});

Deno.test("arange and linspace: count as NumPy does", async () => {
  assertEquals(g.arange(0, 3).dtype, "i32");
  assertEquals(await values(g.arange(5, 0, { step: -2 })), [[3], [5, 3, 1]]);
  assertEquals(await values(g.arange(0, 1, { step: 0.25 })), [[4], [0, 0.25, 0.5, 0.75]]);
  assertEquals(await values(g.linspace(0, 1, { count: 3 })), [[3], [0, 0.5, 1]]);
  assertThrows(() => g.arange(0, 1, { step: 0 }), RangeError, "the step is 0");
});
