import { assertAlmostEquals, assertEquals } from "@std/assert";
import { ACC, LOADED, type Operand, type ProductIR } from "../../../kernels/ir/types.ts";
import { newEngine } from "../../../kernels/wasm/engine.ts";
import { viewAt } from "../../../kernels/wasm/host.ts";
import { lowerProduct, workspacesOf } from "../../../kernels/wasm/product/lower.ts";
import "../../../mod.ts";
import { maker } from "./_harness.ts";

const engine = newEngine(1);
let programs = 0;

/** Runs a product; buffers 0 and 1 are its operands, 2 its result. */
function runProduct(ir: ProductIR, buffers: readonly Float32Array[]): Float32Array {
  const spaces = workspacesOf(ir, 0).map(({ bytes }) => bytes);
  const sizes = [...buffers.map((buffer) => buffer.byteLength), ...spaces];
  const blocks = sizes.map((bytes) => engine.heap.allocate(bytes));
  const view = (i: number): Float32Array =>
    viewAt(engine.heap, blocks[i]!.address, {
      dtype: "f32",
      shape: [buffers[i]!.length],
    }) as Float32Array;
  buffers.forEach((buffer, i) => view(i).set(buffer));
  const steps = lowerProduct(ir, engine.code, (buffer) => buffer, buffers.length);
  engine.link();
  engine.run({ number: programs++, steps }, blocks.map(({ address }) => address), () => {});
  const result = view(2).slice();
  for (const block of blocks) engine.heap.free(block);
  return result;
}

function numbers(n: number, seed: number): Float32Array {
  return Float32Array.from({ length: n }, (_, i) => Math.sin(i * 12.9898 + seed));
}

type Sizes = readonly [batch: number, m: number, n: number, k: number];

/** An operand stored as [batch, free, k] or, turned, as [batch, k, free]. */
function operand(buffer: number, batch: number, free: number, k: number, turned: boolean): Operand {
  return {
    buffer,
    offset: 0,
    freeStride: turned ? 1 : k,
    kStride: turned ? free : 1,
    batch: batch > 1 ? [[batch, free * k]] : [],
  };
}

function expected(
  [batch, m, n, k]: Sizes,
  a: Float32Array,
  b: Float32Array,
  turned: readonly [boolean, boolean],
): Float32Array {
  const out = new Float32Array(batch * m * n);
  const read = (x: Float32Array, turned: boolean, free: number, g: number, f: number, i: number) =>
    x[g * free * k + (turned ? i * free + f : f * k + i)]!;
  for (let g = 0; g < batch; g++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let x = 0; x < k; x++) {
          sum += read(a, turned[0], m, g, i, x) * read(b, turned[1], n, g, j, x);
        }
        out[(g * m + i) * n + j] = sum;
      }
    }
  }
  return out;
}

function assertClose(got: Float32Array, want: Float32Array, what: string): void {
  assertEquals(got.length, want.length);
  got.forEach((g, i) =>
    assertAlmostEquals(g, want[i]!, 1e-5 * (1 + Math.abs(want[i]!)), `${what} element ${i}`)
  );
}

/** Sides around the borders of micro-tiles. */
const SIDES = [1, 2, 3, 4, 5, 6, 7, 8, 9];

const SIZES: readonly Sizes[] = [
  [1, 1, 1, 1],
  [1, 5, 7, 3],
  [1, 6, 8, 8],
  [1, 13, 17, 9],
  [1, 100, 70, 40],
  [1, 7, 130, 300],
  [3, 9, 5, 11],
  [2, 20, 33, 4],
  [1, 3, 4, 0],
  [1, 8, 9, 3100],
];

for (const turned of [[false, false], [false, true], [true, false], [true, true]] as const) {
  Deno.test(`lowerProduct: plain products, operands turned ${turned}`, () => {
    for (const sizes of SIZES) {
      const [batch, m, n, k] = sizes;
      const a = numbers(batch * m * k, 1);
      const b = numbers(batch * n * k, 2);
      const ir: ProductIR = {
        kind: "product",
        batch,
        m,
        n,
        k,
        a: operand(0, batch, m, k, turned[0]),
        b: operand(1, batch, n, k, turned[1]),
        plain: { buffer: 2, offset: 0, rowStride: n, batch: batch > 1 ? [[batch, m * n]] : [] },
      };
      const got = runProduct(ir, [a, b, new Float32Array(batch * m * n)]);
      assertClose(got, expected(sizes, a, b, turned), `${sizes}`);
    }
  });
}

/** An operand that a kernel computes as twice what is stored. */
function doubled(
  buffer: number,
  [batch, free, k]: readonly [number, number, number],
  laneIsK: boolean,
): Operand {
  const m = maker();
  const [g, f, x] = [{ id: 1, size: batch }, { id: 2, size: free }, { id: 3, size: k }];
  const [outer, lane] = laneIsK ? [f, x] : [x, f];
  const value = m.op("mul", "f32", [m.load(buffer, m.at(g, f, x)), m.number(2)]);
  return {
    ...operand(LOADED, 1, 0, 0, false),
    laneIsK,
    loader: {
      kind: "map",
      rows: [g, outer],
      lane,
      stages: [{
        reductions: [],
        stores: [{ buffer: LOADED, index: m.at(g, outer, lane), value }],
      }],
      rowStores: [],
      tile: true,
      sequence: [],
    },
  };
}

for (const laneIsK of [true, false]) {
  Deno.test(`lowerProduct: loaders (lane is k: ${laneIsK}) and an epilogue`, () => {
    const sizesTried: Sizes[] = [
      ...SIZES.filter(([, , , k]) => k > 0),
      [1, 30, 200, 50],
      ...SIDES.map((side): Sizes => [1, side, 10 - side, side]),
      ...SIDES.map((side): Sizes => [2, 5 + side, 63 + side, 4]),
      [1, 517, 65, 6],
      [1, 101, 257, 258],
      ...[1, 2, 3, 4].map((m): Sizes => [1, m, 260 + m, 254 + m]),
      [2, 3, 131, 300],
    ];
    for (const sizes of sizesTried) {
      const [batch, m, n, k] = sizes;
      const fewRows = m <= 4; // those take a loader on the right only
      const a = numbers(batch * m * k, 1);
      const b = numbers(batch * n * k, 2);
      const e = maker();
      const [row, lane] = [{ id: 1, size: batch * m }, { id: 2, size: n }];
      const acc = e.op("acc", "f32", []);
      const value = e.op("add", "f32", [
        { ...acc, buffer: ACC, index: e.at(row, lane) },
        e.number(1),
      ]);
      const ir: ProductIR = {
        kind: "product",
        batch,
        m,
        n,
        k,
        a: fewRows ? operand(0, batch, m, k, false) : doubled(0, [batch, m, k], laneIsK),
        b: doubled(1, [batch, n, k], laneIsK),
        epilogue: {
          kind: "map",
          rows: [row],
          lane,
          stages: [{ reductions: [], stores: [{ buffer: 2, index: e.at(row, lane), value }] }],
          rowStores: [],
          tile: true,
          sequence: [],
        },
      };
      const got = runProduct(ir, [a, b, new Float32Array(batch * m * n)]);
      const want = expected(sizes, a, b, [false, false])
        .map((x) => (fewRows ? 2 : 4) * x + 1);
      assertClose(got, want, `${sizes}`);
    }
  });
}

/** Sizes around the borders of micro-tiles, blocks and tiles. */
const BORDERS: readonly Sizes[] = [
  ...SIDES.flatMap((m) => SIDES.flatMap((n) => SIDES.map((k): Sizes => [1, m, n, k]))),
  ...[11, 12, 13, 95, 96, 97].map((m): Sizes => [1, m, 10, 9]),
  ...[15, 16, 17, 23, 24, 25, 63, 64, 65, 127, 128, 129].map((n): Sizes => [1, 7, n, 9]),
  ...[15, 16, 17, 255, 256, 257, 263, 264].map((k): Sizes => [1, 7, 9, k]),
  ...[515, 516, 517, 1033].map((m): Sizes => [1, m, 9, 4]),
  [1, 200, 129, 65],
  [1, 4, 4097, 3],
  ...[1, 2, 3, 4].flatMap((m) => [127, 128, 129, 255, 257].map((n): Sizes => [1, m, n, 3 + m])),
  [1, 4, 2053, 5],
  [3, 2, 130, 70],
  ...SIDES.map((m): Sizes => [2, m, 10 - m, 5]),
  [2, 97, 129, 10],
];

/**
 * An operand in the middle of a buffer of NaN, with strides that are no multiple of anything: what
 * lies between its elements and after them must not show.
 */
function apart(
  buffer: number,
  [batch, free, k]: readonly [number, number, number],
  turned: boolean,
  unit: number,
): { operand: Operand; fill: (dense: Float32Array) => Float32Array } {
  const [rows, columns] = turned ? [k, free] : [free, k];
  const pitch = columns * unit + 3;
  const area = rows * pitch + 5;
  const offset = 7;
  return {
    operand: {
      buffer,
      offset,
      freeStride: turned ? unit : pitch,
      kStride: turned ? pitch : unit,
      batch: batch > 1 ? [[batch, area]] : [],
    },
    fill(dense) {
      const all = new Float32Array(offset + batch * area).fill(NaN);
      for (let i = 0; i < batch * rows * columns; i++) {
        const [column, row] = [i % columns, Math.floor(i / columns)];
        const group = Math.floor(row / rows);
        all[offset + group * area + (row % rows) * pitch + column * unit] = dense[i]!;
      }
      return all;
    },
  };
}

for (const turned of [[false, false], [false, true], [true, false], [true, true]] as const) {
  for (const unit of [1, 2]) {
    Deno.test(`lowerProduct: borders of tiles, operands turned ${turned}, ${unit} apart`, () => {
      for (const sizes of BORDERS) {
        const [batch, m, n, k] = sizes;
        const a = numbers(batch * m * k, 1);
        const b = numbers(batch * n * k, 2);
        const left = apart(0, [batch, m, k], turned[0], unit);
        const right = apart(1, [batch, n, k], turned[1], unit);
        const ir: ProductIR = {
          kind: "product",
          batch,
          m,
          n,
          k,
          a: left.operand,
          b: right.operand,
          plain: {
            buffer: 2,
            offset: 2,
            rowStride: n + 1,
            batch: batch > 1 ? [[batch, m * (n + 1)]] : [],
          },
        };
        const before = new Float32Array(2 + batch * m * (n + 1)).fill(-7);
        const got = runProduct(ir, [left.fill(a), right.fill(b), before]);
        const want = expected(sizes, a, b, turned);
        const framed = before.map((old, i) => {
          const [row, column] = [Math.floor((i - 2) / (n + 1)), (i - 2) % (n + 1)];
          return i < 2 || column === n ? old : want[row * n + column]!;
        });
        assertClose(got, framed, `${sizes}`);
      }
    });
  }
}
