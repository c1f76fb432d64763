import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import "../../../mod.ts";
import {
  FileFormatError,
  openSafetensors,
  parseSafetensors,
  readSafetensors,
} from "../../../hub/mod.ts";
import { safetensorsBytes as file } from "./_bytes.ts";

const GOLDEN = new URL("../../goldens/models/gpt2-causal-lm/", import.meta.url).pathname;

Deno.test("openSafetensors: reads one tensor of a file of PyTorch's", async () => {
  using opened = await openSafetensors(`${GOLDEN}model.safetensors`);
  assert(opened.names.includes("transformer.wte.weight"));
  assertEquals(opened.metadata, { format: "pt" });
  assertEquals(opened.info("transformer.wte.weight").shape, [96, 32]);
  const weight = await opened.tensor("transformer.wte.weight");
  assertEquals([weight.dtype, weight.shape], ["f32", [96, 32]]);
  const values = await weight.data();
  assert(values.every(Number.isFinite) && values.some((x) => x !== 0));
});

Deno.test("openSafetensors: tensors asked for together do not mix", async () => {
  const path = `${GOLDEN}model.safetensors`;
  const whole = await readSafetensors(path);
  using opened = await openSafetensors(path);
  const together = await Promise.all(opened.names.map((name) => opened.tensor(name)));
  for (const [i, name] of opened.names.entries()) {
    assertEquals(await together[i]!.data(), await whole[name]!.data(), name);
  }
});

Deno.test("openSafetensors: names the tensor that a file does not have", async () => {
  using opened = await openSafetensors(`${GOLDEN}model.safetensors`);
  await assertRejects(() => opened.tensor("nope"), RangeError, 'Cannot read "nope" of');
});

Deno.test("readSafetensors: converts floats when asked and leaves integers", async () => {
  const io = await readSafetensors(`${GOLDEN}io.safetensors`, { dtype: "bf16" });
  assertEquals(io["in.input_ids"]!.dtype, "i32");
  assert(Object.values(io).some((x) => x.dtype === "bf16"));
});

Deno.test("parseSafetensors: reads every dtype that has one of ours", async () => {
  const cases = [
    ["F64", new Float64Array([1.5, -2]), "f64", [1.5, -2]],
    ["F32", new Float32Array([1.5, -2]), "f32", [1.5, -2]],
    ["F16", new Uint16Array([0x3e00, 0xc000]), "f16", [1.5, -2]],
    ["BF16", new Uint16Array([0x3fc0, 0xc000]), "bf16", [1.5, -2]],
    ["I64", new BigInt64Array([7n, -(2n ** 31n)]), "i32", [7, -(2 ** 31)]],
    ["U64", new BigUint64Array([7n, 2n ** 32n - 1n]), "u32", [7, 2 ** 32 - 1]],
    ["I32", new Int32Array([7, -8]), "i32", [7, -8]],
    ["U32", new Uint32Array([7, 2 ** 32 - 1]), "u32", [7, 2 ** 32 - 1]],
    ["I16", new Int16Array([7, -8]), "i16", [7, -8]],
    ["U16", new Uint16Array([7, 65535]), "u16", [7, 65535]],
    ["I8", new Int8Array([7, -8]), "i8", [7, -8]],
    ["U8", new Uint8Array([7, 255]), "u8", [7, 255]],
    ["BOOL", new Uint8Array([0, 2]), "bool", [0, 1]],
  ] as const;
  for (const [dtype, array, expected, values] of cases) {
    const data = new Uint8Array(array.buffer);
    const header = { x: { dtype, shape: [2], data_offsets: [0, data.length] } };
    const { x } = parseSafetensors(file(header, data));
    assertEquals(x!.dtype, expected);
    assertEquals([...await x!.data()], [...values], dtype);
  }
});

Deno.test("parseSafetensors: half precision becomes f32 exactly", async () => {
  const all = new Uint16Array(1 << 16).map((_, i) => i);
  for (const dtype of ["F16", "BF16"]) {
    const header = { x: { dtype, shape: [all.length], data_offsets: [0, all.byteLength] } };
    const bytes = file(header, new Uint8Array(all.buffer));
    const converted = parseSafetensors(bytes, { dtype: "f32" })["x"]!;
    assertEquals(converted.dtype, "f32");
    const [found, expected] = [await converted.data(), await parseSafetensors(bytes)["x"]!.data()];
    assert(found.every((value, i) => Object.is(value, expected[i])), dtype);
  }
});

Deno.test("parseSafetensors: refuses 64-bit integers that do not fit", () => {
  const data = new Uint8Array(new BigInt64Array([1n, 2n ** 31n]).buffer);
  const header = { ids: { dtype: "I64", shape: [2], data_offsets: [0, 16] } };
  assertThrows(() => parseSafetensors(file(header, data)), RangeError, "element 1 is 2147483648");
});

Deno.test("parseSafetensors: names the dtype that none of ours can hold", () => {
  const header = { x: { dtype: "F8_E4M3", shape: [1], data_offsets: [0, 1] } };
  assertThrows(() => parseSafetensors(file(header, new Uint8Array(1))), Error, "holds F8_E4M3");
});

Deno.test("parseSafetensors: names such as __proto__ and 0 are ordinary", () => {
  const at = (i: number) => ({ dtype: "U8", shape: [1], data_offsets: [i, i + 1] });
  const text = JSON.stringify({ "0": at(1), constructor: at(2) })
    .replace("{", `{"__proto__":${JSON.stringify(at(0))},`);
  const tree = parseSafetensors(file(text, new Uint8Array(3)));
  assertEquals(Object.keys(tree).sort(), ["0", "__proto__", "constructor"]);
});

const f32 = (shape: unknown, offsets: unknown) => ({ dtype: "F32", shape, data_offsets: offsets });

const HOSTILE: readonly [why: string, header: unknown, dataBytes: number, message: string][] = [
  ["an unknown dtype", { x: { dtype: "F99", shape: [], data_offsets: [0, 4] } }, 4, '"F99"'],
  ["no dtype", { x: { shape: [], data_offsets: [0, 4] } }, 4, '"x".dtype'],
  ["a negative side", { x: f32([-1], [0, 4]) }, 4, '"x".shape is [-1]'],
  ["a fractional side", { x: f32([0.5], [0, 2]) }, 2, '"x".shape is [0.5]'],
  ["a side that is text", { x: f32(["1"], [0, 4]) }, 4, '"x".shape'],
  ["a product beyond 2^53", { x: f32([2 ** 40, 2 ** 40], [0, 4]) }, 4, "no whole number of bytes"],
  [
    "a slice of the wrong size",
    { x: f32([2], [0, 4]) },
    4,
    "spans 4 bytes; its dtype and shape need 8",
  ],
  ["offsets in reverse", { x: f32([1], [4, 0]) }, 4, '"x".data_offsets is [4,0]'],
  ["one offset", { x: f32([1], [0]) }, 4, "expected [begin, end]"],
  ["a slice beyond the end", { x: f32([2], [0, 8]) }, 4, "was cut short"],
  ["trailing data", { x: f32([1], [0, 4]) }, 5, "is longer than its tensors"],
  ["an overlap", { x: f32([1], [0, 4]), y: f32([1], [0, 4]) }, 4, "overlaps"],
  ["a gap", { x: f32([1], [0, 4]), y: f32([1], [8, 12]) }, 12, "leaves a gap"],
  ["a start past zero", { x: f32([1], [4, 8]) }, 8, "leaves a gap"],
  ["an entry that is no object", { x: 3 }, 0, '"x" is not an object'],
  ["metadata that is no text", { __metadata__: { a: 1 } }, 0, "__metadata__"],
  ["a list for a header", "[]", 0, "the JSON is not an object"],
  ["broken JSON", "{", 0, "does not parse"],
];

for (const [why, header, dataBytes, message] of HOSTILE) {
  Deno.test(`parseSafetensors: refuses ${why}`, () => {
    const bytes = file(header, new Uint8Array(dataBytes));
    assertThrows(() => parseSafetensors(bytes), FileFormatError, message);
  });
}

Deno.test("parseSafetensors: refuses a header longer than the file, and a file shorter than 8", () => {
  const bytes = new Uint8Array(16).fill(255, 0, 8);
  assertThrows(() => parseSafetensors(bytes), FileFormatError, "expected at most 8");
  assertThrows(() => parseSafetensors(new Uint8Array(3)), FileFormatError, "needs 8 bytes");
});

Deno.test("parseSafetensors: refuses a header that is not UTF-8", () => {
  const bytes = new Uint8Array(10).fill(255, 8);
  bytes[0] = 2;
  assertThrows(() => parseSafetensors(bytes), FileFormatError, "is not UTF-8");
});

Deno.test("parseSafetensors: scalars, empty tensors and an empty file", () => {
  const header = { a: f32([], [0, 4]), b: f32([0, 3], [4, 4]) };
  const tree = parseSafetensors(file(header, new Uint8Array(4)));
  assertEquals([tree["a"]!.shape, tree["b"]!.shape], [[], [0, 3]]);
  assertEquals(parseSafetensors(file({}, new Uint8Array())), {});
});
