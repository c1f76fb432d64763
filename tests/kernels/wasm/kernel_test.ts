import { assertAlmostEquals, assertEquals } from "@std/assert";
import { dynamicIndex, scaleIndex, unflatten } from "../../../kernels/ir/index.ts";
import type { KernelIR, Reduction, Stage, Store } from "../../../kernels/ir/types.ts";
import { keyOf } from "../../../kernels/ir/key.ts";
import "../../../mod.ts";
import { maker, runKernel } from "./_harness.ts";

function numbers(n: number, seed = 1): number[] {
  return Array.from({ length: n }, (_, i) => Math.fround(Math.sin(i * 12.9898 + seed) * 3));
}

function zeros(n: number): number[] {
  return new Array<number>(n).fill(0);
}

function assertAllClose(got: readonly number[], want: readonly number[]): void {
  assertEquals(got.length, want.length);
  want.forEach((w, i) => assertAlmostEquals(got[i]!, w, 1e-5 * (1 + Math.abs(w)), `element ${i}`));
}

const plainKernel = { rowStores: [], tile: false, sequence: [] };
const SIZES = [1, 3, 4, 7, 8, 16, 19, 37, 70];

function softmaxKernel(rows: number, lanes: number): KernelIR {
  const m = maker();
  const row = { id: 1, size: rows };
  const lane = { id: 2, size: lanes };
  const x = m.load(0, m.at(row, lane));
  const e = m.op("exp", "f32", [m.op("sub", "f32", [x, m.red(0)])]);
  const y = m.op("div", "f32", [e, m.red(1)]);
  return {
    ...plainKernel,
    kind: "row",
    rows: [row],
    lane,
    stages: [
      { reductions: [{ op: "max", value: x }], stores: [] },
      { reductions: [{ op: "sum", value: e }], stores: [] },
      { reductions: [], stores: [{ buffer: 1, index: m.at(row, lane), value: y }] },
    ],
    rowStores: [{
      buffer: 2,
      index: m.at(row),
      value: m.op("add", "f32", [m.red(0), m.op("log", "f32", [m.red(1)])]),
    }],
  };
}

Deno.test("emitKernel: a row kernel of three stages is softmax and log-sum-exp", () => {
  for (const lanes of SIZES) {
    const rows = 5;
    const data = numbers(rows * lanes);
    const after = runKernel(softmaxKernel(rows, lanes), {
      0: { dtype: "f32", data },
      1: { dtype: "f32", data: zeros(rows * lanes) },
      2: { dtype: "f32", data: zeros(rows) },
    });
    const sums = Array.from(
      { length: rows },
      (_, r) => data.slice(r * lanes, (r + 1) * lanes).reduce((sum, v) => sum + Math.exp(v), 0),
    );
    assertAllClose(after[1]!, data.map((v, i) => Math.exp(v) / sums[Math.floor(i / lanes)]!));
    assertAllClose(after[2]!, sums.map(Math.log));
  }
});

Deno.test("keyOf: kernels of one structure share a key, of another size do not", () => {
  assertEquals(keyOf(softmaxKernel(5, 7)), keyOf(softmaxKernel(5, 7)));
  assertEquals(keyOf(softmaxKernel(5, 7)) === keyOf(softmaxKernel(5, 8)), false);
});

Deno.test("emitKernel: a col kernel reduces the rows of every lane", () => {
  for (const lanes of SIZES) {
    for (const rows of [0, 1, 6]) {
      const m = maker();
      const row = { id: 1, size: rows };
      const lane = { id: 2, size: lanes };
      const x = m.load(0, m.at(row, lane));
      const data = numbers(rows * lanes);
      const column = (j: number): number[] => data.filter((_, i) => i % lanes === j);
      const after = runKernel({
        ...plainKernel,
        kind: "col",
        rows: [row],
        lane,
        stages: [{
          reductions: [{ op: "sum", value: x }, { op: "min", value: x }],
          stores: [],
        }],
        rowStores: [
          { buffer: 1, index: m.at(lane), value: m.op("neg", "f32", [m.red(0)]) },
          { buffer: 2, index: m.at(lane), value: m.red(1) },
        ],
      }, {
        0: { dtype: "f32", data },
        1: { dtype: "f32", data: zeros(lanes) },
        2: { dtype: "f32", data: zeros(lanes) },
      });
      assertAllClose(
        after[1]!,
        Array.from({ length: lanes }, (_, j) => -column(j).reduce((a, b) => a + b, 0)),
      );
      assertEquals(after[2], Array.from({ length: lanes }, (_, j) => Math.min(...column(j))));
    }
  }
});

Deno.test("emitKernel: reductions of integers and bool", () => {
  const m = maker();
  const lane = { id: 1, size: 11 };
  const data = [3, 100, -128, 7, 0, 1, 127, 127, 2, 5, 9];
  const x = m.load(0, m.at(lane), "i8");
  const positive = m.op("gt", "bool", [x, m.number(0, "i8")]);
  const reductions: Reduction[] = [
    { op: "sum", value: x },
    { op: "max", value: x },
    { op: "min", value: x },
    { op: "max", value: positive },
    { op: "min", value: positive },
  ];
  const dtypes = ["i8", "i8", "i8", "bool", "bool"] as const;
  const rowStores = dtypes.map((dtype, i): Store => ({
    buffer: 1 + i,
    index: m.at({ id: 9, size: 1 }),
    value: m.red(i, dtype),
  }));
  const after = runKernel(
    {
      ...plainKernel,
      kind: "row",
      rows: [],
      lane,
      stages: [{ reductions, stores: [] }],
      rowStores,
    },
    {
      0: { dtype: "i8", data },
      ...Object.fromEntries(dtypes.map((dtype, i) => [1 + i, { dtype, data: [0] }])),
    },
  );
  const sum = (data.reduce((a, b) => a + b, 0) << 24) >> 24;
  assertEquals([1, 2, 3, 4, 5].map((id) => after[id]![0]), [sum, 127, -128, 1, 0]);
});

function mapOf(rows: KernelIR["rows"], lane: KernelIR["lane"], stores: readonly Store[]): KernelIR {
  const stage: Stage = { reductions: [], stores };
  return { ...plainKernel, kind: "map", rows, lane, stages: [stage], tile: true };
}

Deno.test("emitKernel: strided loads, strided stores and div and mod of the lane", () => {
  const m = maker();
  const row = { id: 1, size: 3 };
  const lane = { id: 2, size: 7 };
  const data = numbers(21);
  const turned = mapOf([row], lane, [{
    buffer: 1,
    index: m.at(row, lane),
    value: m.load(0, m.at(lane, row)),
  }]);
  const scattered = mapOf([row], lane, [{
    buffer: 1,
    index: m.at(lane, row),
    value: m.load(0, m.at(row, lane)),
  }]);
  const want = Array.from({ length: 21 }, (_, i) => data[(i % 7) * 3 + Math.floor(i / 7)]!);
  const buffers = { 0: { dtype: "f32", data }, 1: { dtype: "f32", data: zeros(21) } } as const;
  assertEquals(runKernel(turned, buffers)[1], want);
  const back = runKernel(scattered, { ...buffers, 0: { dtype: "f32", data: want } });
  assertEquals(back[1], data);
  const n = maker();
  const flat = { id: 1, size: 21 };
  const [i, j] = unflatten(n.table.indices, n.at(flat), [3, 7]);
  const position = n.shifted(scaleIndex(n.table.indices, j!, 3), 0);
  const [p] = [n.at(flat)];
  const split = mapOf([], flat, [{
    buffer: 1,
    index: p!,
    value: n.load(0, {
      terms: [...position.terms, ...i!.terms],
      constant: 0,
      key: "j * 3 + i",
    }),
  }]);
  assertEquals(runKernel(split, buffers)[1], want);
});

Deno.test("emitKernel: dynamic indices in rows and in lanes", () => {
  const m = maker();
  const lane = { id: 1, size: 6 };
  const ids = [4, 0, 2, 2, 1, 3];
  const index = dynamicIndex(m.table.indices, m.load(2, m.at(lane), "i32"), 5);
  const data = [10, 11, 12, 13, 14];
  const gather = mapOf([], lane, [{ buffer: 1, index: m.at(lane), value: m.load(0, index) }]);
  const after = runKernel(gather, {
    0: { dtype: "f32", data },
    1: { dtype: "f32", data: zeros(6) },
    2: { dtype: "i32", data: ids },
  });
  assertEquals(after[1], ids.map((i) => data[i]!));

  // table[ids[row], lane] += x[row, lane], the rows in order.
  const n = maker();
  const row = { id: 1, size: 6 };
  const column = { id: 2, size: 5 };
  const at = dynamicIndex(n.table.indices, n.load(2, n.at(row), "i32"), 5);
  const cell = {
    terms: [...scaleIndex(n.table.indices, at, 5).terms, ...n.at(column).terms],
    constant: 0,
    key: "cell",
  };
  const added = n.op("add", "f32", [n.load(1, cell), n.load(0, n.at(row, column))]);
  const scatter = mapOf([row], column, [{ buffer: 1, index: cell, value: added }]);
  const x = numbers(30);
  const table = runKernel({ ...scatter, sequence: [row] }, {
    0: { dtype: "f32", data: x },
    1: { dtype: "f32", data: zeros(25) },
    2: { dtype: "i32", data: ids },
  })[1]!;
  const want = zeros(25);
  x.forEach((v, i) => want[ids[Math.floor(i / 5)]! * 5 + i % 5]! += v);
  assertAllClose(table, want);
});

Deno.test("emitKernel: positions and multiply-adds", () => {
  const m = maker();
  const row = { id: 1, size: 2 };
  const lane = { id: 2, size: 9 };
  const at = m.at(row, lane);
  const index = { id: 1000, op: "index", dtype: "i32", args: [], index: at } as const;
  const x = m.load(0, m.at(lane));
  const square = m.op("mul", "f32", [x, x]);
  const value = m.op("sub", "f32", [m.op("convert_element_type", "f32", [index]), square]);
  const data = numbers(9);
  const after = runKernel(mapOf([row], lane, [{ buffer: 1, index: at, value }]), {
    0: { dtype: "f32", data },
    1: { dtype: "f32", data: zeros(18) },
  });
  assertAllClose(after[1]!, Array.from({ length: 18 }, (_, i) => i - data[i % 9]! ** 2));
});
