import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { add, type DType, mul, setDevice, ShapeError, tensor, zeros } from "../../mod.ts";

setDevice("reference");

Deno.test("tensor: nested arrays give the shape, numbers f32, booleans bool", async () => {
  const x = tensor([[1, 2, 3], [4, 5, 6]]);
  assertEquals([x.shape, x.dtype], [[2, 3], "f32"]);
  assertEquals([tensor([true, false]).dtype, tensor(true).shape], ["bool", []]);
  assertEquals([...await tensor([1.9, -1.9], { dtype: "i32" }).data()], [1, -1]);
  assertEquals(tensor([[], []]).shape, [2, 0]);
  assertEquals(tensor([1, 2, 3, 4], { shape: [2, 2] }).shape, [2, 2]);
});

Deno.test("tensor: typed arrays keep their type and are copied", async () => {
  const array = Float32Array.of(1, 2);
  const x = tensor(array);
  array[0] = 9;
  assertEquals([...await x.data()], [1, 2]);
  const dtypes = [
    tensor(Int32Array.of(1)),
    tensor(Uint8Array.of(1)),
    tensor(Float64Array.of(1)),
    tensor(BigInt64Array.of(-1n)),
  ].map((x) => x.dtype);
  assertEquals(dtypes, ["i32", "u8", "f32", "i32"]);
});

Deno.test("data: f16 and bf16 are widened, and what is read is the reader's own", async () => {
  for (const dtype of ["f16", "bf16"] as const) {
    const data = await tensor([0.5, -2], { dtype }).data();
    assertEquals([data instanceof Float32Array, ...data], [true, 0.5, -2]);
  }
  const x = tensor([1, 2]);
  (await x.data())[0] = 9;
  assertEquals([...await x.data()], [1, 2]);
});

Deno.test("tensor: refuses what has no shape or no dtype", async () => {
  assertThrows(() => tensor([[1, 2], [3]]), ShapeError, "from ragged arrays: [2] beside [1]");
  assertThrows(() => tensor([[1], 2]), ShapeError, "ragged");
  assertThrows(
    () => tensor([1, 2, 3], { shape: [2, 2] }),
    ShapeError,
    "Cannot make a tensor of shape [2, 2] from 3 elements: the shape has 4",
  );
  assertThrows(() => tensor(BigInt64Array.of(2n ** 40n)), RangeError, "does not fit 32 bits");
  const view = new DataView(new ArrayBuffer(2)) as unknown as Uint8Array;
  assertThrows(() => tensor(view), TypeError, "from DataView: no dtype holds its elements");
  await assertRejects(() => tensor([1, 2]).item(), ShapeError, "it has 2 elements; use data()");
});

const PROMOTED: readonly [a: DType, b: DType, result: DType][] = [
  ["f32", "i32", "f32"],
  ["f16", "i32", "f16"],
  ["f16", "bf16", "f32"],
  ["u8", "i8", "i16"],
  ["u32", "i32", "i32"],
  ["i16", "u8", "i16"],
  ["i16", "u16", "i32"],
  ["u16", "u8", "u16"],
  ["u16", "i8", "i32"],
  ["bool", "u8", "u8"],
];

for (const [a, b, result] of PROMOTED) {
  Deno.test(`add: ${a} and ${b} give ${result}`, () => {
    const of = (dtype: DType) => zeros([1], { dtype });
    assertEquals([add(of(a), of(b)).dtype, add(of(b), of(a)).dtype], [result, result]);
  });
}

Deno.test("mul: a number is weak", () => {
  assertEquals(mul(zeros([1], { dtype: "f16" }), 1.5).dtype, "f16");
  assertEquals(mul(zeros([1], { dtype: "u8" }), 2).dtype, "u8");
  assertEquals(mul(zeros([1], { dtype: "i32" }), 1.5).dtype, "f32");
});
