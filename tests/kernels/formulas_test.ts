import { assert, assertEquals } from "@std/assert";
import { allPrimitives, type DType } from "../../mod.ts";
import { narrow, roundTo, widen } from "../../core/internal.ts";
import { formulaValue } from "../../kernels/lower/formulas/mod.ts";
import { maker, runKernel } from "./wasm/_harness.ts";
import { randomNumbers } from "./schedule/_graphs.ts";

// deno-fmt-ignore
const EDGES = [
  0, -0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5, -1.5, Infinity, -Infinity, NaN, 1e30, 1e-30, 1e-38,
  -1e-38, 3e38, -3e38, 16777215, 16777216, -16777217, 1e-44, -1e-44, 88, 89, -89, 90, -100, 0.1, 7.7,
  0.84, 0.999999, 1.000001, 0.4142, 2.4142, 10, -10, -2.5, -7.25, 150, 9, -9, 5, 6, 11, 12, -20.5,
];
const INTEGERS = [
  0,
  1,
  -1,
  2,
  3,
  -3,
  7,
  31,
  100,
  -100,
  127,
  -128,
  255,
  1000,
  2 ** 31 - 1,
  -(2 ** 31),
];

/** Units in the last place that each may be wrong by, and where its ordinary arguments lie. */
const FLOAT: Record<string, readonly [ulps: number, from: number, to: number]> = {
  acos: [2, -1, 1],
  acosh: [3, 1, 50],
  asin: [3, -1, 1],
  asinh: [3, -100, 100],
  atan: [3, -10, 10],
  atanh: [4, -1, 1],
  cbrt: [1, -100, 100],
  cosh: [2, -90, 90],
  digamma: [12, -20, 50],
  erfc: [8, -4, 10],
  lgamma: [12, -20, 50],
  polygamma: [12, -20, 50],
  sinh: [2, -90, 90],
  atan2: [4, -10, 10],
  pow: [4, 0, 10],
  rem: [0, -100, 100],
};
const BINARY = ["atan2", "pow", "rem"];
/** Near their zeros these are differences of large numbers. */
const LOOSE: Record<string, number> = { digamma: 2e-6, lgamma: 4e-6 };

/** The formula of a primitive in WASM, and its evaluation. */
function both(
  name: string,
  columns: readonly (readonly number[])[],
  dtype: DType = "f32",
  order = 1,
): { got: number[]; want: Float64Array } {
  const n = columns[0]!.length;
  const aval = { dtype, shape: [n] };
  const params = name === "polygamma" ? { n: order } : null;
  const inputs = columns.map((data) =>
    widen(narrow(roundTo(Float64Array.from(data), dtype), dtype), aval)
  );
  const exact = allPrimitives().get(name)!.evaluate(inputs, params, [aval])[0]!;
  const m = maker();
  const lane = { id: 1, size: n };
  const args = columns.map((_, i) => m.load(i, m.at(lane), dtype));
  const value = formulaValue(m.table, name, dtype, args, params);
  const memory = Object.fromEntries(
    inputs.map((input, i) => [i, { dtype, data: [...input.data] }]),
  );
  const got = runKernel({
    kind: "map",
    rows: [],
    lane,
    stages: [{ reductions: [], stores: [{ buffer: 9, index: m.at(lane), value }] }],
    rowStores: [],
    tile: true,
    sequence: [],
  }, { ...memory, 9: { dtype, data: new Array<number>(n).fill(0) } })[9]!;
  return { got, want: roundTo(exact, dtype) };
}

function ulp(x: number): number {
  return Math.max(2 ** -149, 2 ** (Math.floor(Math.log2(Math.abs(x))) - 23));
}

for (const [name, [ulps, from, to]] of Object.entries(FLOAT)) {
  Deno.test(`formulaValue: ${name} equals its evaluate to ${ulps} units in the last place`, () => {
    const random = randomNumbers(7);
    const draw = (): number => Math.fround(from + (to - from) * random());
    const isBinary = BINARY.includes(name);
    const edges = isBinary ? EDGES.flatMap((x) => EDGES.map((y) => [x, y])) : EDGES.map((x) => [x]);
    const drawn = Array.from(
      { length: 3000 },
      () => isBinary ? [draw(), draw() - to / 2] : [draw()],
    );
    const rows = [...edges, ...drawn].filter((row) => isHeld(name, row));
    const columns = rows[0]!.map((_, i) => rows.map((row) => row[i]!));
    const { got, want } = both(name, columns);
    want.forEach((w, i) => {
      const where = `${name}(${rows[i]}): ${got[i]}, not ${w}`;
      if (!Number.isFinite(w) || !Number.isFinite(got[i]!)) return assertEquals(got[i], w, where);
      const limit = ulps * ulp(w) + 2e-38 + (LOOSE[name] ?? 0);
      assert(Math.abs(got[i]! - w) <= limit, where);
    });
  });
}

/** Not a quotient that is no f32, whose remainder is given as 0, nor sin πx of a denormal x. */
function isHeld(name: string, [x, y]: readonly number[]): boolean {
  if (name === "lgamma") return !(Math.abs(x!) < 1e-40);
  return name !== "rem" || !Number.isFinite(x) || y === 0 || !(Math.abs(x! / y!) > 3.4e38);
}

Deno.test("formulaValue: integers are exact", () => {
  const pairs = INTEGERS.flatMap((x) => INTEGERS.map((y) => [x, y] as const));
  const columns = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
  for (const dtype of ["i32", "u32", "i8", "u8"] as const) {
    for (const name of ["pow", "rem", "population_count", "count_leading_zeros"]) {
      const { got, want } = both(name, columns.slice(0, name.includes("_") ? 1 : 2), dtype);
      assertEquals(got, [...want], `${name} ${dtype}`);
    }
  }
});

Deno.test("formulaValue: polygamma of higher orders", () => {
  const random = randomNumbers(3);
  const columns = [[
    0,
    -1,
    1e-3,
    ...Array.from({ length: 500 }, () => Math.fround(random() * 14 - 6)),
  ]];
  for (const order of [2, 3, 4]) {
    const { got, want } = both("polygamma", columns, "f32", order);
    want.forEach((w, i) => {
      const where = `order ${order} at ${columns[0]![i]}: ${got[i]}, not ${w}`;
      if (!Number.isFinite(w)) assertEquals(got[i], w, where);
      else assert(Math.abs(got[i]! - w) <= 64 * ulp(w) + 1e-3, where);
    });
  }
});
