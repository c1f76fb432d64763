import { assertEquals, assertThrows } from "@std/assert";
import * as g from "../../mod.ts";
import { assertClose } from "./_close.ts";

g.setDevice("reference");

const ints = (...values: number[]): g.Tensor => g.tensor(values, { dtype: "i32" });
const x = g.tensor([[1, 4, 2], [8, 5, 7]]);

Deno.test("hstack, vstack, dstack, columnStack: of vectors and matrices", async () => {
  const [a, b] = [g.tensor([1, 2]), g.tensor([3, 4])];
  await assertClose(g.hstack([a, b]), [4], [1, 2, 3, 4]);
  await assertClose(g.hstack([x, g.ones([2, 1])]), [2, 4], [1, 4, 2, 1, 8, 5, 7, 1]);
  await assertClose(g.vstack([a, b]), [2, 2], [1, 2, 3, 4]);
  await assertClose(g.dstack([a, b]), [1, 2, 2], [1, 3, 2, 4]);
  await assertClose(g.columnStack([a, b]), [2, 2], [1, 3, 2, 4]);
  assertEquals(g.atLeast3d(g.tensor(1)).shape, [1, 1, 1]);
  assertEquals(g.atLeast2d(a).shape, [1, 2]);
  assertEquals(g.ravel(x).shape, [6]);
});

Deno.test("block: joins nested lists", async () => {
  const joined = g.block([[g.eye(2), g.zeros([2, 1])], [g.ones([1, 2]), g.full([1, 1], 5)]]);
  await assertClose(joined, [3, 3], [1, 0, 0, 0, 1, 0, 1, 1, 5]);
});

Deno.test("rot90, fliplr, flipud, matrixTranspose", async () => {
  await assertClose(g.rot90(x), [3, 2], [2, 7, 4, 5, 1, 8]);
  await assertClose(g.rot90(x, { k: -4 }), [2, 3], [1, 4, 2, 8, 5, 7]);
  await assertClose(g.fliplr(x), [2, 3], [2, 4, 1, 7, 5, 8]);
  await assertClose(g.flipud(x), [2, 3], [8, 5, 7, 1, 4, 2]);
  await assertClose(g.matrixTranspose(x), [3, 2], [1, 8, 4, 5, 2, 7]);
});

Deno.test("broadcastArrays, diagIndices", async () => {
  const [a, b] = g.broadcastArrays([g.ones([2, 1]), g.ones([3])]);
  assertEquals([a!.shape, b!.shape], [[2, 3], [2, 3]]);
  await assertClose(g.index(x, [...g.diagIndices(2)]), [2], [1, 5]);
});

Deno.test("deleteAt, insertAt: edit an axis", async () => {
  await assertClose(g.deleteAt(x, [0, -1], { axis: 1 }), [2, 1], [4, 5]);
  await assertClose(g.deleteAt(x, 1), [1, 3], [1, 4, 2]);
  const wide = g.insertAt(x, -1, { values: g.tensor(9), axis: 1 });
  await assertClose(wide, [2, 4], [1, 4, 9, 2, 8, 5, 9, 7]);
  const tall = g.insertAt(x, 2, { values: g.tensor([[0, 0, 0], [1, 1, 1]]) });
  await assertClose(tall, [4, 3], [1, 4, 2, 8, 5, 7, 0, 0, 0, 1, 1, 1]);
  assertThrows(() => g.deleteAt(x, 2), RangeError, "Cannot delete at 2 of axis 0 of [2, 3]");
  assertThrows(
    () => g.insertAt(x, 3, { values: x }),
    RangeError,
    "Cannot insert at 3 of axis 0 of [2, 3]",
  );
});

Deno.test("packBits, unpackBits: the highest bit first", async () => {
  const bits = g.tensor([[1, 0, 1, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 1, 1]]);
  const bytes = g.packBits(bits);
  assertEquals(bytes.dtype, "u8");
  await assertClose(bytes, [2, 1], [161, 3]);
  await assertClose(g.unpackBits(bytes), [2, 8], Array.from(await bits.data()));
  assertThrows(() => g.packBits(x), g.ShapeError, "Cannot packBits [2, 3]");
});

Deno.test("arraySplit: the first parts have one more", () => {
  const parts = g.arraySplit(g.zeros([8]), { sections: 3 });
  assertEquals(parts.map(({ shape }) => shape[0]), [3, 3, 2]);
});

Deno.test("nonzero, argwhere, flatNonzero: in order, and filled up", async () => {
  const y = g.tensor([[0, 3, 0], [4, 0, 5]]);
  const [rows, columns] = g.nonzero(y, { size: 4, fill: -1 }) as [g.Tensor, g.Tensor];
  await assertClose(rows, [4], [0, 1, 1, -1]);
  await assertClose(columns, [4], [1, 0, 2, -1]);
  await assertClose(g.argwhere(y, { size: 2 }), [2, 2], [0, 1, 1, 0]);
  await assertClose(g.flatNonzero(y, { size: 3 }), [3], [1, 3, 5]);
});

Deno.test("unravelIndex, ravelMultiIndex: are inverse", async () => {
  const [row, column] = g.unravelIndex(ints(5, 2), [2, 3]) as [g.Tensor, g.Tensor];
  await assertClose(row, [2], [1, 0]);
  await assertClose(column, [2], [2, 2]);
  await assertClose(g.ravelMultiIndex([row, column], [2, 3]), [2], [5, 2]);
});

Deno.test("meshgrid, indices, trilIndices, triuIndices: coordinates", async () => {
  const [a, b] = g.meshgrid([g.tensor([1, 2, 3]), g.tensor([4, 5])]) as [g.Tensor, g.Tensor];
  await assertClose(a, [2, 3], [1, 2, 3, 1, 2, 3]);
  await assertClose(b, [2, 3], [4, 4, 4, 5, 5, 5]);
  assertThrows(() => g.meshgrid([x]), g.ShapeError, "Cannot meshgrid [2, 3]");
  await assertClose(g.indices([2, 2])[1]!, [2, 2], [0, 1, 0, 1]);
  const [rows, columns] = g.triuIndices(3, { k: 1 });
  await assertClose(rows, [3], [0, 0, 1]);
  await assertClose(columns, [3], [1, 2, 2]);
  await assertClose(g.trilIndices(2)[1], [3], [0, 0, 1]);
});

Deno.test("lexSort: by the last key first", async () => {
  assertThrows(() => g.lexSort([]), g.ShapeError, "Cannot lexSort: there is no key");
  await assertClose(g.lexSort([ints(1, 2, 1, 0), ints(3, 1, 1, 3)]), [4], [2, 1, 3, 0]);
});

Deno.test("putAlongAxis: writes what takeAlongAxis reads", async () => {
  const ids = g.expandDims(g.argmax(x, { axis: 1 }), 1);
  const written = g.putAlongAxis(x, ids, { values: g.tensor([[0], [-1]]), axis: 1 });
  await assertClose(written, [2, 3], [1, 0, 2, -1, 5, 7]);
  const added = g.putAlongAxis(x, ids, { values: g.tensor(10), kind: "add" });
  await assertClose(added, [2, 3], [1, 14, 2, 18, 5, 7]);
  assertThrows(
    () => g.putAlongAxis(x, ints(1), { values: g.tensor(0) }),
    g.ShapeError,
    "Cannot putAlongAxis [2, 3] by [1]",
  );
});

Deno.test("fillDiagonal: writes the main diagonal", async () => {
  await assertClose(g.fillDiagonal(x, 9), [2, 3], [9, 4, 2, 8, 9, 7]);
});

Deno.test("cross, kron and vector products", async () => {
  const [a, b] = [g.tensor([1, 0, 0]), g.tensor([0, 1, 0])];
  await assertClose(g.cross(a, b), [3], [0, 0, 1]);
  await assertClose(g.kron(g.tensor([1, 2]), g.tensor([[1, 3]])), [1, 4], [1, 3, 2, 6]);
  const [m, n] = [g.tensor([[1, 2], [3, 4]]), g.tensor([[5, 6], [7, 8]])];
  await assertClose(g.inner(m, n), [2, 2], [17, 23, 39, 53]);
  await assertClose(g.vdot(m, n), [], [70]);
  await assertClose(g.vecdot(m, n), [2], [17, 53]);
  await assertClose(g.matvec(m, g.tensor([1, 1])), [2], [3, 7]);
  await assertClose(g.vecmat(g.tensor([1, 1]), m), [2], [4, 6]);
  assertThrows(() => g.cross(m, n), g.ShapeError, "Cannot cross [2, 2]: axis 1 has 2 elements");
});

Deno.test("expm: squares as often as the norm asks", async () => {
  const turn = g.tensor([[[0, -40], [40, 0]], [[0, 0], [0, 0]]]);
  const expected = [-0.666938, -0.745113, 0.745113, -0.666938, 1, 0, 0, 1];
  await assertClose(g.expm(turn), [2, 2, 2], expected, 1e-4);
  assertThrows(() => g.expm(x), g.ShapeError, "Cannot expm f32[2, 3]");
});
