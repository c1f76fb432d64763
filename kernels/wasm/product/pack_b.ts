import { type Fn, newFunction } from "../asm.ts";
import { I32, V128 } from "../opcodes.ts";
import { COLUMNS } from "./tile.ts";

const STEP = 4 * COLUMNS;

/**
 * packB(source, kStride, columnStride, k, n, paddedK, target): the right operand as panels of
 * COLUMNS columns, each [paddedK, COLUMNS], with zeros in the padding. Strides are in bytes.
 */
export function packB(): Fn {
  const [source, kStride, columnStride, k, n, paddedK, target] = [0, 1, 2, 3, 4, 5, 6] as const;
  const fn = newFunction([I32, I32, I32, I32, I32, I32, I32], "packB");
  const j = fn.local(I32);
  const kk = fn.local(I32);
  const k4 = fn.local(I32);
  const panel = fn.local(I32);
  const width = fn.local(I32);

  const contiguousInColumns = (): void => {
    fn.get(columnStride).i32(4).op("i32.eq").get(k).i32(0).op("i32.gt_u", "i32.and");
    fn.if(() =>
      fn.loop(() => {
        for (let at = 0; at < STEP; at += 16) {
          fn.get(target).get(panel).memory("v128.load", at).memory("v128.store", at);
        }
        nextK(1);
        fn.get(kk).get(k).op("i32.lt_u").branchIf(0);
      })
    );
  };
  const contiguousInK = (): void => {
    fn.get(kStride).i32(4).op("i32.eq").get(kk).get(k4).op("i32.lt_u", "i32.and");
    fn.if(() =>
      fn.loop(() => {
        transposeFour(fn, panel, columnStride, target);
        nextK(4);
        fn.get(kk).get(k4).op("i32.lt_u").branchIf(0);
      })
    );
  };
  const nextK = (steps: number): void => {
    fn.get(target).i32(steps * STEP).op("i32.add").set(target);
    fn.get(panel).get(kStride).i32(steps).op("i32.mul", "i32.add").set(panel);
    fn.get(kk).i32(steps).op("i32.add").set(kk);
  };
  const anyStrides = (): void => {
    fn.get(kk).get(k).op("i32.lt_u").if(() =>
      fn.loop(() => {
        copyColumns(fn, panel, columnStride, width, target);
        nextK(1);
        fn.get(kk).get(k).op("i32.lt_u").branchIf(0);
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
    fn.i32(0).set(kk).get(source).get(j).get(columnStride).op("i32.mul", "i32.add").set(panel);
    fn.get(n).get(j).op("i32.sub").set(width);
    fn.get(width).i32(COLUMNS).op("i32.ge_u").if(() => {
      fn.i32(COLUMNS).set(width);
      contiguousInColumns();
      contiguousInK();
    });
    anyStrides();
    padding();
    fn.get(j).i32(COLUMNS).op("i32.add").tee(j).get(n).op("i32.lt_u").branchIf(0);
  });
  return fn;
}

/** One step of k, `width` columns one by one, zeros after them. */
function copyColumns(
  fn: Fn,
  panel: number,
  columnStride: number,
  width: number,
  target: number,
): void {
  const column = fn.local(I32);
  const from = fn.local(I32);
  fn.i32(0).set(column).get(panel).set(from);
  fn.loop(() => {
    fn.get(target).get(column).i32(2).op("i32.shl", "i32.add");
    // `from` stays at the last column; the mask makes what follows it zero.
    fn.get(from).memory("i32.load");
    fn.i32(0).get(column).get(width).op("i32.lt_u", "i32.sub", "i32.and").memory("i32.store");
    fn.get(column).i32(1).op("i32.add").tee(column).get(width).op("i32.lt_u");
    fn.if(() => fn.get(from).get(columnStride).op("i32.add").set(from));
    fn.get(column).i32(COLUMNS).op("i32.lt_u").branchIf(0);
  });
}

/** Four steps of k of eight columns, each contiguous in k, to [4, 8] at `target`. */
function transposeFour(fn: Fn, panel: number, columnStride: number, target: number): void {
  const from = fn.local(I32);
  fn.get(panel).set(from);
  const columns = Array.from({ length: COLUMNS }, () => {
    const local = fn.local(V128);
    fn.get(from).memory("v128.load").set(local);
    fn.get(from).get(columnStride).op("i32.add").set(from);
    return local;
  });
  const mix = (a: number, b: number, words: readonly number[]): number => {
    const local = fn.local(V128);
    fn.get(a).get(b).shuffle(words).set(local);
    return local;
  };
  const halves = [columns.slice(0, 4), columns.slice(4)].map(([a, b, c, d]) => {
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
