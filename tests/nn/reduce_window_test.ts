import { assertEquals, assertThrows } from "@std/assert";
import { setDevice, ShapeError, tensor, zeros } from "../../mod.ts";
import { reduceWindow } from "../../nn/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

const x = tensor([[1, 2, 3], [4, 5, 6]]);

Deno.test("reduceWindow: sums, maxima and minima of windows", async () => {
  await assertClose(reduceWindow(x, { kind: "sum", window: 2 }), [12, 16]);
  await assertClose(reduceWindow(x, { kind: "max", window: [1, 2] }), [2, 3, 5, 6]);
  await assertClose(reduceWindow(x, { kind: "min", window: [2, 1], stride: [1, 2] }), [1, 3]);
});

Deno.test("reduceWindow: padding and gaps count as nothing", async () => {
  const row = tensor([1, 2, 3]);
  await assertClose(reduceWindow(row, { kind: "sum", window: 2, padding: "same" }), [3, 5, 3]);
  const options = { window: 2, padding: [[1, -1]] } as const;
  await assertClose(reduceWindow(row, { kind: "max", ...options }), [1, 2]);
  await assertClose(reduceWindow(row, { kind: "sum", window: 2, baseDilation: 2 }), [1, 2, 2, 3]);
  await assertClose(reduceWindow(row, { kind: "min", window: 2, windowDilation: 2 }), [1]);
});

Deno.test("reduceWindow: windows of any size, of floats and integers, and none", async () => {
  const many = tensor(Array.from({ length: 80 }, (_, i) => i % 7), { dtype: "i32" });
  await assertClose(reduceWindow(many, { kind: "max", window: 70, stride: 10 }), [6, 6]);
  await assertClose(reduceWindow(many, { kind: "min", window: 40, stride: 40 }), [0, 0]);
  await assertClose(
    reduceWindow(tensor([2, 1], { dtype: "u8" }), {
      kind: "max",
      window: 2,
      padding: [[1, 0]],
    }),
    [2, 2],
  );
  assertEquals(reduceWindow(tensor([1, 2]), { kind: "sum", window: 3 }).shape, [0]);
});

Deno.test("reduceWindow: what is outside is less than any integer of the dtype", async () => {
  for (const dtype of ["i32", "i16", "i8"] as const) {
    const x = tensor([-3, -2], { dtype });
    const y = reduceWindow(x, { kind: "max", window: 2, padding: [[1, 1]] });
    assertEquals([...await y.data()], [-3, -2, -2], dtype);
  }
});

Deno.test("reduceWindow: NaN wins", async () => {
  const row = tensor([1, NaN, 2, 0]);
  await assertClose(reduceWindow(row, { kind: "max", window: 2 }), [NaN, NaN, 2]);
  await assertClose(reduceWindow(row, { kind: "min", window: 2 }), [NaN, NaN, 0]);
});

Deno.test("reduceWindow: refuses options for other axes", () => {
  const says = "Cannot reduce the windows of [2, 3]: 1 numbers do not fit its 2 axes";
  assertThrows(() => reduceWindow(x, { kind: "sum", window: [2] }), ShapeError, says);
  assertThrows(
    () => reduceWindow(zeros([3]), { kind: "sum", window: 2, padding: [] }),
    ShapeError,
    "0 paddings do not fit its 1 axes",
  );
});
