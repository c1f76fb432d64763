import { assertEquals, assertLess } from "@std/assert";
import { allPrimitives, type DType, isFloat, narrow, roundTo, widen } from "../../../mod.ts";
import { ELEMENTWISE } from "../../../kernels/wasm/elementwise.ts";
import { maker, runKernel } from "./_harness.ts";

const FLOATS = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2,
  3.7,
  -3.2,
  1e-3,
  -1e-3,
  1e-8,
  10,
  -10,
  88.5,
  -88.5,
  -95,
  100,
  -104,
  200,
  -200,
  1e-38,
  1e-42,
  1e30,
  -1e30,
  65504,
  70000,
  Infinity,
  -Infinity,
  NaN,
  2.5,
  3.5,
  0.1,
  123.456,
  -55.5,
  7.7,
];
const INTEGERS = [0, 1, -1, 2, 3, -3, 7, 100, -100, 127, -128, 255, 1000, 2 ** 31 - 1, -(2 ** 31)];
const UNARY = [
  "neg",
  "abs",
  "sign",
  "floor",
  "ceil",
  "round",
  "sqrt",
  "rsqrt",
  "is_finite",
  "exp",
  "expm1",
  "log",
  "log1p",
  "tanh",
  "logistic",
  "erf",
  "erf_inv",
  "sin",
  "cos",
  "tan",
  "not",
]; // deno-fmt-ignore
const BINARY = [
  "add", "sub", "mul", "div", "max", "min", "eq", "ne", "lt", "le", "gt", "ge", "and", "or", "xor",
  "shift_left", "shift_right_logical", "shift_right_arithmetic",
]; // deno-fmt-ignore
/** Units in the last place that a function may be wrong by; 1 where it is not named. */
const ULPS: Record<string, number> = { tanh: 8, erf: 8, expm1: 6, log1p: 4, logistic: 4, exp: 2, tan: 4, erf_inv: 4 };

function domain(dtype: DType): readonly number[] {
  if (dtype === "bool") return [0, 1];
  return isFloat(dtype) ? FLOATS : INTEGERS;
}

function ulp(x: number, dtype: DType): number {
  const bits = dtype === "bf16" ? 7 : dtype === "f16" ? 10 : 23;
  const least = dtype === "f16" ? 2 ** -24 : 2 ** -149;
  return Math.max(least, 2 ** (Math.floor(Math.log2(Math.abs(x))) - bits));
}

function check(name: string, dtype: DType, columns: readonly (readonly number[])[]): void {
  const primitive = allPrimitives().get(name);
  if (!primitive) return;
  const n = columns[0]!.length;
  const avals = columns.map(() => ({ dtype, shape: [n] }));
  let out;
  try {
    [out] = primitive.infer(avals, null);
  } catch {
    return; // no operation on this dtype
  }
  const inputs = columns.map((data, i) => widen(narrow(data, dtype), avals[i]!));
  const exact = primitive.evaluate(inputs, null, [out!])[0]!;
  const want = [...widen(narrow(roundTo(exact, out!.dtype), out!.dtype), out!).data];
  const m = maker();
  const lane = { id: 1, size: n };
  const args = columns.map((_, i) => m.load(i, m.at(lane), dtype));
  const value = m.op(name, out!.dtype, args);
  const stores = [{ buffer: 9, index: m.at(lane), value }];
  const got = runKernel({
    kind: "map",
    rows: [],
    lane,
    stages: [{ reductions: [], stores }],
    rowStores: [],
    tile: true,
    ordered: false,
  }, {
    ...Object.fromEntries(inputs.map((input, i) => [i, { dtype, data: [...input.data] }])),
    9: { dtype: out!.dtype, data: new Array<number>(n).fill(0) },
  })[9]!;
  want.forEach((w, i) => {
    const g = got[i]!;
    const where = `${name} ${dtype} (${inputs.map((input) => input.data[i])}): ${g}, not ${w}`;
    if (!Number.isFinite(w) || !Number.isFinite(g) || !isFloat(out!.dtype)) {
      return assertEquals(g, w, where);
    }
    if (w === 0 && (name in ULPS === false)) assertEquals(g, w, where);
    assertLess(Math.abs(g - w), (ULPS[name] ?? 1) * 1.01 * ulp(w, out!.dtype) + 1e-45, where);
  });
}

const DTYPES: readonly DType[] = ["f32", "bf16", "f16", "i32", "u32", "i8", "u8", "bool"];

for (const name of UNARY) {
  Deno.test(`emitKernel: ${name} equals its evaluate on every dtype`, () => {
    assertEquals(ELEMENTWISE.has(name), true);
    for (const dtype of DTYPES) check(name, dtype, [domain(dtype)]);
  });
}

for (const name of BINARY) {
  Deno.test(`emitKernel: ${name} equals its evaluate on every dtype`, () => {
    assertEquals(ELEMENTWISE.has(name), true);
    for (const dtype of DTYPES) {
      const all = domain(dtype).filter((x) => !name.startsWith("shift") || x >= -1000);
      const pairs = all.flatMap((x) => all.map((y) => [x, y] as const));
      check(name, dtype, [pairs.map(([x]) => x), pairs.map(([, y]) => y)]);
    }
  });
}

Deno.test("emitKernel: sin and cos reduce large arguments exactly", () => {
  // 16367173 · 2⁷² is the f32 nearest to a multiple of π/2.
  const large = [2 ** 20, 1e7, 2 ** 55, 2 ** 87, 2 ** 119, 3.4e38, 16367173 * 2 ** 72];
  for (const name of ["sin", "cos"]) {
    check(name, "f32", [large.flatMap((x) => [x, -x, 0.5])]);
  }
});

Deno.test("emitKernel: tanh ends at 1, erf_inv at infinity", () => {
  check("tanh", "f32", [[7.9, 8, 8.1, 8.3, 8.6, 9, 9.02, 20].flatMap((x) => [x, -x])]);
  check("erf_inv", "f32", [[1e-30, 0.1, 0.2499, 0.2501, 0.9, 0.999, 1 - 2 ** -24, 1, 2]
    .flatMap((x) => [x, -x])]);
});
