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
 * each [paddedK, ROWS], with zeros in the padding. Strides are in bytes.
 */
export function packA(): Fn {
  const [source, rowStride, kStride, m, k, paddedK, target] = [0, 1, 2, 3, 4, 5, 6] as const;
  const fn = newFunction([I32, I32, I32, I32, I32, I32, I32], "packA");
  const i = fn.local(I32);
  const kk = fn.local(I32);
  const k4 = fn.local(I32);
  const panel = fn.local(I32);
  const rows = Array.from({ length: ROWS }, () => fn.local(I32));

  const nextK = (more: () => void): void => {
    more();
    fn.get(target).i32(STEP).op("i32.add").set(target);
    fn.get(kk).i32(1).op("i32.add").tee(kk).get(k).op("i32.lt_u").branchIf(0);
  };
  const advanceRows = (): void => {
    for (const row of rows) fn.get(row).get(kStride).op("i32.add").set(row);
  };
  const contiguousInK = (): void => {
    fn.get(kStride).i32(4).op("i32.eq").get(k4).i32(0).op("i32.gt_u", "i32.and");
    fn.if(() =>
      fn.loop(() => {
        transposeFour(fn, rows, target);
        for (const row of rows) fn.get(row).i32(16).op("i32.add").set(row);
        fn.get(target).i32(4 * STEP).op("i32.add").set(target);
        fn.get(kk).i32(4).op("i32.add").tee(kk).get(k4).op("i32.lt_u").branchIf(0);
      })
    );
  };
  const contiguousInRows = (): void => {
    fn.get(rowStride).i32(4).op("i32.eq").get(kk).get(k).op("i32.lt_u", "i32.and");
    fn.if(() =>
      fn.loop(() =>
        nextK(() => {
          const first = rows[0]!;
          fn.get(target).get(first).memory("v128.load").memory("v128.store");
          fn.get(target).get(first).memory("v128.load64_zero", 16);
          fn.memoryLane("v128.store64_lane", 0, 16);
          fn.get(first).get(kStride).op("i32.add").set(first);
        })
      )
    );
  };
  const anyStrides = (): void => {
    fn.get(kk).get(k).op("i32.lt_u").if(() =>
      fn.loop(() =>
        nextK(() => {
          rows.forEach((row, j) => {
            fn.get(target).get(row).memory("f32.load").memory("f32.store", 4 * j);
          });
          advanceRows();
        })
      )
    );
  };
  const partialPanel = (): void => {
    const loop = (): void =>
      void fn.loop(() =>
        nextK(() => {
          for (let j = 0; j < ROWS; j++) {
            fn.get(i).i32(j).op("i32.add").get(m).op("i32.lt_u").if(
              () => {
                fn.get(target).get(panel).get(rowStride).i32(j).op("i32.mul", "i32.add");
                fn.memory("f32.load").memory("f32.store", 4 * j);
              },
              () => fn.get(target).f32(0).memory("f32.store", 4 * j),
            );
          }
          fn.get(panel).get(kStride).op("i32.add").set(panel);
        })
      );
    fn.get(kk).get(k).op("i32.lt_u").if(loop);
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
    fn.i32(0).set(kk).get(source).get(i).get(rowStride).op("i32.mul", "i32.add").set(panel);
    fn.get(i).i32(ROWS).op("i32.add").get(m).op("i32.le_u").if(() => {
      rows.forEach((row, j) => {
        fn.get(panel).get(rowStride).i32(j).op("i32.mul", "i32.add").set(row);
      });
      contiguousInK();
      contiguousInRows();
      anyStrides();
    }, partialPanel);
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
