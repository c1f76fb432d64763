import { HIDDEN_SCORE } from "../../../core/internal.ts";
import type { Fn } from "../asm.ts";
import { I32, V128 } from "../opcodes.ts";
import { along, eachRow, loadVectors, PARAMETERS, rowFunction, VECTORS } from "./passes.ts";
import { TOGETHER } from "./tile.ts";

/**
 * scores(scores, rows, width, pitch, scale, limit, step, columns): scales scores, and hides those from
 * column min(limit, columns) on; the limit grows by `step` from row to row. Rows are `width` long, a
 * multiple of TOGETHER; `scale` is the bits of an f32. With a bias, which is added, its address and
 * the bytes from row to row and from column to column (4 or 0) follow.
 */
export function scoresFunction(withBias: boolean): Fn {
  const [scores, rows, width, pitch, scale, limit, step, columns, ...ofBias] = PARAMETERS;
  const [bias, biasRow, biasStep] = ofBias;
  const name = withBias ? "biasedScores" : "scores";
  return rowFunction(name, withBias ? 11 : 8, (fn, v, prologue) => {
    const [factor, cut, place] = [fn.local(V128), fn.local(V128), fn.local(V128)];
    const [at, biasAt] = [fn.local(I32), fn.local(I32)];
    prologue.get(scale).simd("i32x4.splat").set(factor);
    const hidden = v.f32(HIDDEN_SCORE);
    const pointers = [[scores, pitch], [limit, step]] as [number, number][];
    if (withBias) pointers.push([bias, biasRow]);
    eachRow(fn, rows, pointers, () => {
      fn.get(limit).get(columns).get(limit).get(columns).op("i32.lt_s", "select");
      fn.simd("i32x4.splat").set(cut).get(v.iota()).set(place);
      if (withBias) fn.get(bias).set(biasAt);
      along(fn, { at, start: scores, elements: width, bytes: 4 * TOGETHER }, () => {
        const loaded = loadVectors(fn, at);
        const added = withBias ? biasVectors(fn, biasAt, biasStep) : [];
        const scaled = loaded.map((x, i) =>
          withBias ? v.madd(x, factor, added[i]!) : v.apply("f32x4.mul", x, factor)
        );
        const kept = scaled.map((x, i) => {
          const column = i === 0 ? place : v.apply("i32x4.add", place, v.i32(4 * i));
          return v.select(v.apply("i32x4.lt_s", column, cut), x, hidden);
        });
        kept.forEach((x, i) => fn.get(at).get(x).memory("v128.store", 16 * i));
        fn.get(place).get(v.i32(TOGETHER)).simd("i32x4.add").set(place);
      });
    });
  });
}

/** The next vectors of a bias, whose columns are next to each other or all the same. */
function biasVectors(fn: Fn, at: number, step: number): number[] {
  const vectors = VECTORS.map(() => fn.local(V128));
  fn.get(step).if(
    () => vectors.forEach((x, i) => fn.get(at).memory("v128.load", 16 * i).set(x)),
    () => vectors.forEach((x) => fn.get(at).memory("v128.load32_splat").set(x)),
  );
  fn.get(at).get(step).i32(TOGETHER).op("i32.mul", "i32.add").set(at);
  return vectors;
}

/**
 * hide(scores, rows, columns, pitch, mask, maskRow, maskStep): hides the scores where the bytes of a
 * mask are 0; its columns are next to each other (maskStep 1) or all the same (0).
 */
export function hideFunction(): Fn {
  const [scores, rows, columns, pitch, mask, maskRow, maskStep] = PARAMETERS;
  return rowFunction("hide", 7, (fn, v) => {
    const [at, maskAt, isSeen] = [fn.local(I32), fn.local(I32), fn.local(V128)];
    eachRow(fn, rows, [[scores, pitch], [mask, maskRow]], () => {
      fn.get(mask).set(maskAt);
      along(fn, { at, start: scores, elements: columns, bytes: 16 }, () => {
        fn.get(maskStep).if(
          () => {
            fn.get(maskAt).memory("v128.load32_zero").simd("i16x8.extend_low_i8x16_u");
            fn.simd("i32x4.extend_low_i16x8_u").set(isSeen);
          },
          () => fn.get(maskAt).memory("i32.load8_u").simd("i32x4.splat").set(isSeen),
        );
        fn.get(at).memory("v128.load").get(v.f32(HIDDEN_SCORE)).get(isSeen).get(v.i32(0));
        fn.simd("i32x4.ne", "v128.bitselect");
        const kept = fn.local(V128);
        fn.set(kept).get(at).get(kept).memory("v128.store");
        fn.get(maskAt).get(maskStep).i32(2).op("i32.shl", "i32.add").set(maskAt);
      });
    });
  });
}

/**
 * anySeen(mask, rows, maskRow, columns, maskStep, to): 0 at `to` if a mask hides all pairs of a block.
 * Words are read whole, so that up to three further columns count.
 */
export function anySeenFunction(): Fn {
  const [mask, rows, maskRow, columns, maskStep, to] = PARAMETERS;
  return rowFunction("anySeen", 6, (fn) => {
    const [at, end, any] = [fn.local(I32), fn.local(I32), fn.local(I32)];
    eachRow(fn, rows, [[mask, maskRow]], () => {
      fn.get(maskStep).if(
        () => {
          fn.get(mask).tee(at).get(columns).op("i32.add").set(end);
          fn.loop(() => {
            fn.get(any).get(at).memory("i32.load").op("i32.or").set(any);
            fn.get(at).i32(4).op("i32.add").tee(at).get(end).op("i32.lt_u").branchIf(0);
          });
        },
        () => fn.get(any).get(mask).memory("i32.load8_u").op("i32.or").set(any),
      );
    });
    fn.get(to).get(any).memory("i32.store");
  });
}
