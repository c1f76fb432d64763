import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { DType } from "../../mod.ts";
import { dynamicIndex, scaleIndex } from "../../kernels/ir/index.ts";
import type { KernelIR, Reduction } from "../../kernels/ir/types.ts";
import { maker } from "../kernels/_maker.ts";
import { runKernel } from "./_kernel.ts";
import { openDevice } from "./_product.ts";

const device = await openDevice();
const ignore = device === null;
const plainKernel = { rowStores: [], tile: false, sequence: [] };

function numbers(n: number): number[] {
  return Array.from({ length: n }, (_, i) => Math.fround(Math.sin(i * 12.9898 + 1) * 3));
}

function zeros(n: number): number[] {
  return new Array<number>(n).fill(0);
}

function assertAllClose(got: readonly number[], want: readonly number[]): void {
  assertEquals(got.length, want.length);
  want.forEach((w, i) => assertAlmostEquals(got[i]!, w, 2e-5 * (1 + Math.abs(w)), `element ${i}`));
}

function softmaxKernel(rows: number, lanes: number): KernelIR {
  const m = maker();
  const row = { id: 1, size: rows };
  const lane = { id: 2, size: lanes };
  const x = m.load(0, m.at(row, lane));
  const e = m.op("exp", "f32", [m.op("sub", "f32", [x, m.red(0)])]);
  const y = m.op("div", "f32", [e, m.red(1)]);
  const total = m.op("add", "f32", [m.red(0), m.op("log", "f32", [m.red(1)])]);
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
    rowStores: [{ buffer: 2, index: m.at(row), value: total }],
  };
}

Deno.test({
  name: "printKernel: a row kernel of three stages is softmax and log-sum-exp",
  ignore,
  fn: async () => {
    for (const lanes of [1, 3, 16, 17, 70, 600, 3000]) {
      const rows = 5;
      const data = numbers(rows * lanes);
      const after = await runKernel(device!, softmaxKernel(rows, lanes), {
        0: { dtype: "f32", data },
        1: { dtype: "f32", data: zeros(rows * lanes) },
        2: { dtype: "f32", data: zeros(rows) },
      });
      const rowOf = (r: number): number[] => data.slice(r * lanes, (r + 1) * lanes);
      const sums = Array.from(
        { length: rows },
        (_, r) => rowOf(r).reduce((sum, v) => sum + Math.exp(v), 0),
      );
      assertAllClose(after[1]!, data.map((v, i) => Math.exp(v) / sums[Math.floor(i / lanes)]!));
      assertAllClose(after[2]!, sums.map(Math.log));
    }
  },
});

Deno.test({
  name: "printKernel: rows and columns are reduced by every operation in every dtype",
  ignore,
  fn: async () => {
    const kinds: readonly Reduction["op"][] = ["sum", "max", "min", "prod"];
    const fold: Record<Reduction["op"], (a: number, b: number) => number> = {
      sum: (a, b) => a + b,
      max: (a, b) => Math.max(a, b),
      min: (a, b) => Math.min(a, b),
      prod: (a, b) => a * b,
    };
    for (const dtype of ["f32", "i32", "u32"] as const) {
      for (const [rows, lanes] of [[3, 5], [3, 130], [130, 3]] as const) {
        for (const isRow of [true, false]) {
          const m = maker();
          const [row, lane] = [{ id: 1, size: rows }, { id: 2, size: lanes }];
          const x = m.load(0, m.at(row, lane), dtype);
          const count = isRow ? rows : lanes;
          const data = Array.from({ length: rows * lanes }, (_, i) => i * 7 % 2 + 1);
          const at = m.at(isRow ? row : lane);
          const ir: KernelIR = {
            ...plainKernel,
            kind: isRow ? "row" : "col",
            rows: [row],
            lane,
            stages: [{ reductions: kinds.map((op) => ({ op, value: x })), stores: [] }],
            rowStores: kinds.map((_, i) => ({ buffer: i + 1, index: at, value: m.red(i, dtype) })),
          };
          const outputs = kinds.map((_, i) => [i + 1, { dtype, data: zeros(count) }]);
          const buffers = { 0: { dtype, data }, ...Object.fromEntries(outputs) };
          const after = await runKernel(device!, ir, buffers);
          kinds.forEach((op, i) => {
            const want = Array.from({ length: count }, (_, j) => {
              const line = data.filter((_, at) =>
                (isRow ? Math.floor(at / lanes) : at % lanes) === j
              );
              const total = line.reduce(fold[op]);
              return dtype === "f32" ? total : Number(BigInt.asIntN(32, BigInt(total)));
            });
            if (dtype === "f32") assertAllClose(after[i + 1]!, want);
            else if (op !== "prod" || lanes * rows < 20) assertEquals(after[i + 1]!, want);
          });
        }
      }
    }
  },
});

Deno.test({
  name: "printKernel: neighbours smaller than a word are stored by different invocations",
  ignore,
  fn: async () => {
    for (const dtype of ["bool", "i8", "u8", "f16", "bf16"] as const satisfies DType[]) {
      const m = maker();
      const [row, lane] = [{ id: 1, size: 37 }, { id: 2, size: 11 }];
      const data = Array.from({ length: 37 * 11 }, (_, i) => dtype === "bool" ? i % 3 % 2 : i % 97);
      const x = m.load(0, m.at(row, lane), dtype);
      const stores = [{ buffer: 1, index: m.at(lane, row), value: x }];
      const kernel = { ...plainKernel, kind: "map", rows: [row], lane } as const;
      const ir: KernelIR = { ...kernel, stages: [{ reductions: [], stores }] };
      const after = await runKernel(device!, ir, {
        0: { dtype, data },
        1: { dtype, data: data.map(() => 1) },
      });
      assertEquals(after[1]!, data.map((_, i) => data[i % 37 * 11 + Math.floor(i / 37)]!));
    }
  },
});

Deno.test({
  name: "printKernel: an ordered map adds rows up in place, as a scatter does",
  ignore,
  fn: async () => {
    const m = maker();
    const [row, lane] = [{ id: 1, size: 6 }, { id: 2, size: 70 }];
    const id = m.load(2, m.at(row), "i32");
    const t = m.table.indices;
    const at = (index: ReturnType<typeof m.at>) => m.load(0, index);
    const place = scaleIndex(t, dynamicIndex(t, id, 3), 70);
    const target = m.sum(place, m.at(lane));
    const value = m.op("add", "f32", [at(target), m.load(1, m.at(row, lane))]);
    const ids = [2, 0, 2, 1, 2, 0];
    const after = await runKernel(device!, {
      ...plainKernel,
      kind: "map",
      rows: [row],
      lane,
      stages: [{ reductions: [], stores: [{ buffer: 0, index: target, value }] }],
      sequence: [row],
    }, {
      0: { dtype: "f32", data: zeros(210) },
      1: { dtype: "f32", data: Array.from({ length: 420 }, (_, i) => i) },
      2: { dtype: "i32", data: ids },
    });
    const want = zeros(210);
    ids.forEach((id, r) => {
      for (let j = 0; j < 70; j++) want[id * 70 + j]! += r * 70 + j;
    });
    assertEquals(after[0]!, want);
  },
});

Deno.test({
  name: "printKernel: more workgroups than one line holds are folded",
  ignore,
  fn: async () => {
    const m = maker();
    const [row, lane] = [{ id: 1, size: 65535 + 77 }, { id: 2, size: 17 }];
    const value = m.load(0, m.at(row, lane), "i32");
    const data = Array.from({ length: row.size * lane.size }, (_, i) => i % 1000);
    const after = await runKernel(device!, {
      ...plainKernel,
      kind: "row",
      rows: [row],
      lane,
      stages: [{ reductions: [{ op: "max", value }], stores: [] }],
      rowStores: [{ buffer: 1, index: m.at(row), value: m.red(0, "i32") }],
    }, {
      0: { dtype: "i32", data },
      1: { dtype: "i32", data: zeros(row.size) },
    });
    const greatest = (r: number): number => r * 17 % 1000 > 983 ? 999 : (r * 17 + 16) % 1000;
    assertEquals(after[1]!.every((x, r) => x === greatest(r)), true);
  },
});
