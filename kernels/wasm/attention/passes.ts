import { range } from "../../../core/internal.ts";
import { type Fn, newFunction } from "../asm.ts";
import { I32, V128 } from "../opcodes.ts";
import { type Vectors, vectorsIn } from "../vectors.ts";
import { TOGETHER } from "./tile.ts";

/** What the passes over the rows of a block are made of. */

/** Locals of the parameters of a function. */
export const PARAMETERS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;

/** Numbers of the vectors that are worked on at once. */
export const VECTORS: readonly number[] = range(TOGETHER / 4);

/** A function of `count` parameters over rows, and vector code in it. */
export function rowFunction(
  name: string,
  count: number,
  body: (fn: Fn, v: Vectors, prologue: Fn) => void,
): Fn {
  const fn = newFunction(new Array<number>(count).fill(I32), name);
  const prologue = newFunction([]);
  body(fn, vectorsIn(fn, prologue), prologue);
  fn.code.unshift(...prologue.code);
  return fn;
}

/** Runs `body` for every row, then moves the pointers by their strides, both in locals. */
export function eachRow(
  fn: Fn,
  rows: number,
  pointers: readonly (readonly [pointer: number, stride: number])[],
  body: () => void,
): void {
  fn.loop(() => {
    body();
    for (const [pointer, stride] of pointers) {
      fn.get(pointer).get(stride).op("i32.add").set(pointer);
    }
    fn.get(rows).i32(1).op("i32.sub").tee(rows).branchIf(0);
  });
}

/** Runs `body` with `at` going from `start` over `elements` f32 (a local), `bytes` at a time. */
export function along(
  fn: Fn,
  { at, start, elements, bytes }: {
    readonly at: number;
    readonly start: number;
    readonly elements: number;
    readonly bytes: number;
  },
  body: () => void,
): void {
  const end = fn.local(I32);
  fn.get(start).tee(at).get(elements).i32(2).op("i32.shl", "i32.add").set(end);
  fn.loop(() => {
    body();
    fn.get(at).i32(bytes).op("i32.add").tee(at).get(end).op("i32.lt_u").branchIf(0);
  });
}

/** The vectors from `at` on, each in a local; `change` works on the one on top of the stack. */
export function loadVectors(fn: Fn, at: number, change?: () => void): number[] {
  return VECTORS.map((i) => {
    const local = fn.local(V128);
    fn.get(at).memory("v128.load", 16 * i);
    change?.();
    fn.set(local);
    return local;
  });
}
