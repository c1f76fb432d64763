import { HIDDEN_SCORE } from "../../../core/internal.ts";
import type { Fn } from "../asm.ts";
import { exp, log } from "../math.ts";
import { I32, V128, type VectorOp } from "../opcodes.ts";
import type { Vectors } from "../vectors.ts";
import { along, eachRow, loadVectors, PARAMETERS, rowFunction, VECTORS } from "./passes.ts";
import { TOGETHER } from "./tile.ts";

/** The lanes of vectors folded into one value in all lanes. */
function fold(v: Vectors, op: VectorOp, vectors: readonly number[]): number {
  const all = vectors.reduce((x, y) => v.apply(op, x, y));
  const pairs = v.apply(op, all, v.shuffle(all, all, [2, 3, 0, 1]));
  return v.apply(op, pairs, v.shuffle(pairs, pairs, [1, 0, 3, 2]));
}

/** New accumulators that hold the value of a local. */
function accumulators(fn: Fn, start: number): number[] {
  return VECTORS.map(() => {
    const local = fn.local(V128);
    fn.get(start).set(local);
    return local;
  });
}

/** row · factor for a row of `size` elements at `start`. */
function scaleRow(fn: Fn, start: number, size: number, factor: number): void {
  const at = fn.local(I32);
  along(fn, { at, start, elements: size, bytes: 16 }, () => {
    fn.get(at).get(at).memory("v128.load").get(factor).simd("f32x4.mul").memory("v128.store");
  });
}

/**
 * softmax(scores, rows, width, pitch, sums, out, outPitch, size, first): scores become e^(score - top)
 * with the greatest score so far. `sums` holds that and the sum of weights of every row, results
 * `out` so far shrink with it; in the `first` block there are none yet.
 */
export function softmaxFunction(): Fn {
  const [scores, rows, width, pitch, sums, out, outPitch, size, first] = PARAMETERS;
  return rowFunction("softmax", 9, (fn, v) => {
    const hidden = v.f32(HIDDEN_SCORE);
    const [at, eight] = [fn.local(I32), fn.local(I32)];
    const [before, total] = [fn.local(V128), fn.local(V128)];
    const splat = (local: number, offset: number): Fn =>
      fn.get(sums).memory("v128.load32_splat", offset).set(local);
    fn.i32(8).set(eight);
    eachRow(fn, rows, [[scores, pitch], [out, outPitch], [sums, eight]], () => {
      fn.get(first).if(
        () => fn.get(hidden).set(before).get(v.i32(0)).set(total),
        () => splat(before, 0) && splat(total, 4),
      );
      const tops = accumulators(fn, before);
      along(fn, { at, start: scores, elements: width, bytes: 4 * TOGETHER }, () => {
        tops.forEach((top, i) => {
          fn.get(top).get(at).memory("v128.load", 16 * i).simd("f32x4.max").set(top);
        });
      });
      const top = fold(v, "f32x4.max", tops);
      // Where nothing is seen yet, hidden scores are far below 0 and weigh nothing.
      const base = v.select(v.apply("f32x4.eq", top, hidden), v.i32(0), top);
      const partial = accumulators(fn, v.i32(0));
      along(fn, { at, start: scores, elements: width, bytes: 4 * TOGETHER }, () => {
        const shifted = loadVectors(fn, at, () => fn.get(base).simd("f32x4.sub"));
        const weights = shifted.map((x) => exp(v, x));
        weights.forEach((x, i) => {
          fn.get(partial[i]!).get(x).simd("f32x4.add").set(partial[i]!);
        });
        weights.forEach((x, i) => fn.get(at).get(x).memory("v128.store", 16 * i));
      });
      const less = exp(v, v.apply("f32x4.sub", before, base));
      const sum = v.madd(total, less, fold(v, "f32x4.add", partial));
      fn.get(sums).get(top).memoryLane("v128.store32_lane", 0);
      fn.get(sums).get(sum).memoryLane("v128.store32_lane", 0, 4);
      fn.get(first).op("i32.eqz").get(top).get(before).simd("f32x4.ne", "v128.any_true");
      fn.op("i32.and").if(() => scaleRow(fn, out, size, less));
    });
  });
}

/**
 * finish(out, outPitch, rows, size, sums, lse, lseStep): divides results by the sums, and writes the
 * logarithms of those, `lseStep` bytes apart.
 */
export function finishFunction(): Fn {
  const [out, outPitch, rows, size, sums, lse, lseStep] = PARAMETERS;
  return rowFunction("finish", 7, (fn, v) => {
    const eight = fn.local(I32);
    const [top, total] = [fn.local(V128), fn.local(V128)];
    fn.i32(8).set(eight);
    eachRow(fn, rows, [[out, outPitch], [sums, eight], [lse, lseStep]], () => {
      fn.get(sums).memory("v128.load32_splat").set(top);
      fn.get(sums).memory("v128.load32_splat", 4).set(total);
      const isNothing = v.apply("f32x4.eq", total, v.i32(0));
      const inverse = v.apply("f32x4.div", v.f32(1), total);
      scaleRow(fn, out, size, v.select(isNothing, v.i32(0), inverse));
      const logarithm = v.apply("f32x4.add", top, log(v, total));
      const result = v.select(isNothing, v.i32(0), logarithm);
      fn.get(lse).get(result).memoryLane("v128.store32_lane", 0);
    });
  });
}

/**
 * slopes(scores, slopes, rows, width, pitch, lse, lseStep, means, scale): scores become weights
 * e^(score - lse), and what comes back to weights, cotangents of products: weight · (slope - mean) ·
 * scale. `lseStep` is in bytes, `scale` the bits of an f32.
 */
export function slopesFunction(): Fn {
  const [scores, slopes, rows, width, pitch, lse, lseStep, means, scale] = PARAMETERS;
  return rowFunction("slopes", 9, (fn, v, prologue) => {
    const [at, other, four] = [fn.local(I32), fn.local(I32), fn.local(I32)];
    const [sum, mean, factor] = [fn.local(V128), fn.local(V128), fn.local(V128)];
    prologue.get(scale).simd("i32x4.splat").set(factor);
    fn.i32(4).set(four);
    const pointers = [[scores, pitch], [slopes, pitch], [lse, lseStep], [means, four]] as const;
    eachRow(fn, rows, pointers, () => {
      fn.get(lse).memory("v128.load32_splat").set(sum);
      fn.get(means).memory("v128.load32_splat").set(mean);
      fn.get(slopes).set(other);
      along(fn, { at, start: scores, elements: width, bytes: 4 * TOGETHER }, () => {
        const shifted = loadVectors(fn, at, () => fn.get(sum).simd("f32x4.sub"));
        const back = loadVectors(fn, other, () => {
          fn.get(mean).simd("f32x4.sub").get(factor).simd("f32x4.mul");
        });
        const weights = shifted.map((x) => exp(v, x));
        // Where the weight is 0 nothing comes back, whatever lies there.
        const results = weights.map((x, i) =>
          v.apply("v128.and", v.apply("f32x4.mul", x, back[i]!), v.apply("f32x4.ne", x, v.i32(0)))
        );
        weights.forEach((x, i) => fn.get(at).get(x).memory("v128.store", 16 * i));
        results.forEach((x, i) => fn.get(other).get(x).memory("v128.store", 16 * i));
        fn.get(other).i32(4 * TOGETHER).op("i32.add").set(other);
      });
    });
  });
}

/** means(x, xPitch, y, yPitch, rows, size, to): products of the rows of two arrays. */
export function meansFunction(): Fn {
  const [x, xPitch, y, yPitch, rows, size, to] = PARAMETERS;
  return rowFunction("means", 7, (fn, v) => {
    const [at, other, four, sum] = [fn.local(I32), fn.local(I32), fn.local(I32), fn.local(V128)];
    fn.i32(4).set(four);
    eachRow(fn, rows, [[x, xPitch], [y, yPitch], [to, four]], () => {
      fn.get(v.i32(0)).set(sum).get(y).set(other);
      along(fn, { at, start: x, elements: size, bytes: 16 }, () => {
        fn.get(at).memory("v128.load").get(other).memory("v128.load").simd("f32x4.mul");
        fn.get(sum).simd("f32x4.add").set(sum);
        fn.get(other).i32(16).op("i32.add").set(other);
      });
      const all = fold(v, "f32x4.add", [sum]);
      fn.get(to).get(all).memoryLane("v128.store32_lane", 0);
    });
  });
}

/** zeroRows(to, pitch, rows, bytes): sets rows to zero. */
export function zeroRowsFunction(): Fn {
  const [to, pitch, rows, bytes] = PARAMETERS;
  return rowFunction("zeroRows", 4, (fn) => {
    eachRow(fn, rows, [[to, pitch]], () => void fn.get(to).i32(0).get(bytes).fill());
  });
}
