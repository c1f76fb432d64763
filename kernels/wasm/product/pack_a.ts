import { type Fn, newFunction } from "../asm.ts";
import { I32, V128 } from "../opcodes.ts";
import { ROWS } from "./tile.ts";

const STEP = 4 * ROWS;
const EVEN = [0, 4, 1, 5];
const ODD = [2, 6, 3, 7];
const LOW = [0, 1, 4, 5];
const HIGH = [2, 3, 6, 7];

/**
 * packA(source, rowStride, kStride, m, k, paddedK, target): the left operand as panels of ROWS rows,
 * each [paddedK, ROWS], with zeros for the k in the padding; rows after the last hold anything,
 * because nobody reads what comes of them. Strides are in bytes. Up to 20 bytes after the operand
 * are read.
 */
export function packA(): Fn {
  const [source, rowStride, kStride, m, k, paddedK, target] = [0, 1, 2, 3, 4, 5, 6] as const;
  const fn = newFunction([I32, I32, I32, I32, I32, I32, I32], "packA");
  const i = fn.local(I32);
  const kk = fn.local(I32);
  const k4 = fn.local(I32);
  const rows = Array.from({ length: ROWS }, () => fn.local(I32));
  const first = rows[0]!;

  const nextK = (steps: number): void => {
    fn.get(target).i32(steps * STEP).op("i32.add").set(target);
    fn.get(kk).i32(steps).op("i32.add").set(kk);
  };
  const more = (end: number): Fn => fn.get(kk).get(end).op("i32.lt_u");
  const contiguousInK = (): void => {
    fn.get(kStride).i32(4).op("i32.eq");
    more(k4).op("i32.and").if(() =>
      fn.loop(() => {
        transposeFour(fn, rows, target);
        for (const row of rows) fn.get(row).i32(16).op("i32.add").set(row);
        nextK(4);
        more(k4).branchIf(0);
      })
    );
  };
  const contiguousInRows = (): void => {
    fn.get(rowStride).i32(4).op("i32.eq");
    more(k).op("i32.and").if(() =>
      fn.loop(() => {
        fn.get(target).get(first).memory("v128.load").memory("v128.store");
        fn.get(target).get(first).memory("v128.load64_zero", 16);
        fn.memoryLane("v128.store64_lane", 0, 16);
        fn.get(first).get(kStride).op("i32.add").set(first);
        nextK(1);
        more(k).branchIf(0);
      })
    );
  };
  const anyStrides = (): void => {
    more(k).if(() =>
      fn.loop(() => {
        rows.forEach((row, j) => {
          fn.get(target).get(row).memory("f32.load").memory("f32.store", 4 * j);
          fn.get(row).get(kStride).op("i32.add").set(row);
        });
        nextK(1);
        more(k).branchIf(0);
      })
    );
  };
  const padding = (): void => {
    const bytes = (): Fn => fn.get(paddedK).get(k).op("i32.sub").i32(STEP).op("i32.mul");
    fn.get(target).i32(0);
    bytes().fill();
    fn.get(target);
    bytes().op("i32.add").set(target);
  };

  fn.get(k).i32(-4).op("i32.and").set(k4);
  fn.loop(() => {
    fn.i32(0).set(kk).get(source).get(i).get(rowStride).op("i32.mul", "i32.add").set(first);
    rows.forEach((row, j) => {
      if (j === 0) return;
      // Rows after the last are the last one again.
      fn.get(rows[j - 1]!).get(rowStride).i32(0);
      fn.get(i).i32(j).op("i32.add").get(m).op("i32.lt_u", "select", "i32.add").set(row);
    });
    contiguousInK();
    contiguousInRows();
    anyStrides();
    padding();
    fn.get(i).i32(ROWS).op("i32.add").tee(i).get(m).op("i32.lt_u").branchIf(0);
  });
  return fn;
}

/** Four steps of k of six rows, each contiguous in k, to [4, 6] at `target`. */
function transposeFour(fn: Fn, rows: readonly number[], target: number): void {
  const x = rows.map((row) => {
    const local = fn.local(V128);
    fn.get(row).memory("v128.load").set(local);
    return local;
  });
  const mix = (a: number, b: number, words: readonly number[]): number => {
    const local = fn.local(V128);
    fn.get(a).get(b).shuffle(words).set(local);
    return local;
  };
  const pairs = [EVEN, ODD].map((words) => ({
    top: mix(x[0]!, x[1]!, words),
    middle: mix(x[2]!, x[3]!, words),
    bottom: mix(x[4]!, x[5]!, words),
  }));
  pairs.forEach(({ top, middle, bottom }, half) => {
    [LOW, HIGH].forEach((words, lane) => {
      const at = STEP * (2 * half + lane);
      fn.get(target).get(mix(top, middle, words)).memory("v128.store", at);
      fn.get(target).get(bottom).memoryLane("v128.store64_lane", lane, at + 16);
    });
  });
}
