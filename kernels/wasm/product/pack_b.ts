import { type Fn, newFunction } from "../asm.ts";
import { I32, V128 } from "../opcodes.ts";
import { COLUMNS } from "./tile.ts";

const STEP = 4 * COLUMNS;
/** Panels packed side by side, where there are so many. */
const TOGETHER = 8;

/**
 * packB(source, kStride, columnStride, k, n, paddedK, target): the right operand as panels of
 * COLUMNS columns, each [paddedK, COLUMNS], with zeros for the k in the padding; columns after the
 * last hold anything, because nobody reads what comes of them. Strides are in bytes. Up to 28 bytes
 * after the operand are read.
 */
export function packB(): Fn {
  const [source, kStride, columnStride, k, n, paddedK, target] = [0, 1, 2, 3, 4, 5, 6] as const;
  const fn = newFunction([I32, I32, I32, I32, I32, I32, I32], "packB");
  const j = fn.local(I32);
  const kk = fn.local(I32);
  const k4 = fn.local(I32);
  const from = fn.local(I32);
  const targets = Array.from({ length: TOGETHER }, () => fn.local(I32));
  const columns = Array.from({ length: COLUMNS }, () => fn.local(I32));

  const advance = (local: number, bytes: number): Fn =>
    fn.get(local).i32(bytes).op("i32.add").set(local);
  const nextK = (steps: number): void => {
    advance(target, steps * STEP);
    fn.get(kk).i32(steps).op("i32.add").set(kk);
  };
  const more = (end: number): Fn => fn.get(kk).get(end).op("i32.lt_u");
  const nextRow = (): Fn => fn.get(from).get(kStride).op("i32.add").set(from);

  // Panels side by side take whole cache lines of every row, and few pages at a time.
  const panelsTogether = (count: number): void => {
    const into = targets.slice(0, count);
    into.forEach((each, i) => {
      fn.get(i === 0 ? target : into[i - 1]!);
      if (i > 0) fn.get(paddedK).i32(STEP).op("i32.mul", "i32.add");
      fn.set(each);
    });
    fn.loop(() => {
      into.forEach((each, i) => copy(fn, from, i * STEP, each));
      for (const each of into) advance(each, STEP);
      nextRow();
      fn.get(kk).i32(1).op("i32.add").tee(kk).get(k).op("i32.lt_u").branchIf(0);
    });
    for (const each of into) {
      fn.get(each).set(target);
      padding();
    }
    fn.get(j).i32(count * COLUMNS).op("i32.add").set(j);
  };
  const onePanel = (): void => {
    columns.forEach((column, i) => {
      if (i === 0) return void fn.get(from).set(column);
      // Columns after the last are the last one again.
      fn.get(columns[i - 1]!).get(columnStride).i32(0);
      fn.get(j).i32(i).op("i32.add").get(n).op("i32.lt_u", "select", "i32.add").set(column);
    });
    contiguousInColumns();
    contiguousInK();
    anyStrides();
    padding();
    fn.get(j).i32(COLUMNS).op("i32.add").set(j);
  };
  const contiguousInColumns = (): void => {
    fn.get(columnStride).i32(4).op("i32.eq");
    more(k).op("i32.and");
    fn.if(() =>
      fn.loop(() => {
        copy(fn, from, 0, target);
        nextRow();
        nextK(1);
        more(k).branchIf(0);
      })
    );
  };
  const contiguousInK = (): void => {
    fn.get(kStride).i32(4).op("i32.eq");
    more(k4).op("i32.and");
    fn.if(() =>
      fn.loop(() => {
        transposeFour(fn, columns, target);
        for (const column of columns) advance(column, 16);
        nextK(4);
        more(k4).branchIf(0);
      })
    );
  };
  const anyStrides = (): void => {
    more(k).if(() =>
      fn.loop(() => {
        columns.forEach((column, i) => {
          fn.get(target).get(column).memory("f32.load").memory("f32.store", 4 * i);
          fn.get(column).get(kStride).op("i32.add").set(column);
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
    fn.i32(0).set(kk).get(source).get(j).get(columnStride).op("i32.mul", "i32.add").set(from);
    const fits = (count: number): void => {
      fn.get(columnStride).i32(4).op("i32.eq").get(k).i32(0).op("i32.gt_u", "i32.and");
      fn.get(j).i32(count * COLUMNS).op("i32.add").get(n).op("i32.le_u", "i32.and");
    };
    fits(TOGETHER);
    fn.if(
      () => panelsTogether(TOGETHER),
      () => {
        fits(2);
        fn.if(() => panelsTogether(2), onePanel);
      },
    );
    fn.get(j).get(n).op("i32.lt_u").branchIf(0);
  });
  return fn;
}

/** One step of k of a panel whose columns lie next to each other. */
function copy(fn: Fn, from: number, offset: number, target: number): void {
  for (let at = 0; at < STEP; at += 16) {
    fn.get(target).get(from).memory("v128.load", offset + at).memory("v128.store", at);
  }
}

/** Four steps of k of eight columns, each contiguous in k, to [4, 8] at `target`. */
function transposeFour(fn: Fn, columns: readonly number[], target: number): void {
  const x = columns.map((column) => {
    const local = fn.local(V128);
    fn.get(column).memory("v128.load").set(local);
    return local;
  });
  const mix = (a: number, b: number, words: readonly number[]): number => {
    const local = fn.local(V128);
    fn.get(a).get(b).shuffle(words).set(local);
    return local;
  };
  const halves = [x.slice(0, 4), x.slice(4)].map(([a, b, c, d]) => {
    const low = [mix(a!, b!, [0, 4, 1, 5]), mix(c!, d!, [0, 4, 1, 5])] as const;
    const high = [mix(a!, b!, [2, 6, 3, 7]), mix(c!, d!, [2, 6, 3, 7])] as const;
    return [low, high].flatMap(([x, y]) => [mix(x, y, [0, 1, 4, 5]), mix(x, y, [2, 3, 6, 7])]);
  });
  for (let step = 0; step < 4; step++) {
    halves.forEach((half, i) => {
      fn.get(target).get(half[step]!).memory("v128.store", STEP * step + 16 * i);
    });
  }
}
