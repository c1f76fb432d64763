import type { Fn } from "./asm.ts";
import { features } from "./features.ts";
import { V128, type VectorOp } from "./opcodes.ts";

/**
 * Vector code on named locals: every method computes into a new local and returns its number, so
 * formulas read as calls. Constants are kept in locals set before the first loop, because V8 does
 * not hoist them.
 */
export type Vectors = {
  readonly fn: Fn;
  /** Instructions that set the constants; they go before the body. */
  readonly prologue: Fn;
  /** Where the code of each result ends, and inside how many constructs. */
  readonly ends: readonly { readonly at: number; readonly depth: number }[];
  f32(value: number): number;
  i32(value: number): number;
  f64(value: number): number;
  /** [0, 1, 2, 3] */
  iota(): number;
  /** A mask of the first `count` lanes. */
  first(count: number): number;
  apply(op: VectorOp, ...args: readonly number[]): number;
  /** A shift of all lanes by a constant. */
  shift(op: "i32x4.shl" | "i32x4.shr_s" | "i32x4.shr_u", x: number, count: number): number;
  shuffle(x: number, y: number, words: readonly number[]): number;
  /** a · b + c, fused where the engine can. */
  madd(a: number, b: number, c: number): number;
  /** c - a · b, fused where the engine can. */
  nmadd(a: number, b: number, c: number): number;
  /** Per lane: x where the mask is set, else y. */
  select(mask: number, x: number, y: number): number;
};

/** Vector code in `fn`; `prologue` must share its locals. */
export function vectorsIn(fn: Fn, prologue: Fn): Vectors {
  const constants = new Map<string, number>();
  const ends: { at: number; depth: number }[] = [];
  const constant = (key: string, push: () => void): number => {
    const known = constants.get(key);
    if (known !== undefined) return known;
    const local = fn.local(V128);
    constants.set(key, local);
    push();
    prologue.set(local);
    return local;
  };
  const keep = (): number => {
    const local = fn.local(V128);
    fn.set(local);
    ends.push({ at: fn.code.length, depth: fn.depth() });
    return local;
  };
  const pushed = (args: readonly number[]): Fn => {
    for (const arg of args) fn.get(arg);
    return fn;
  };
  const apply = (op: VectorOp, ...args: readonly number[]): number => {
    pushed(args).simd(op);
    return keep();
  };
  const words = (list: readonly number[]): number =>
    constant(`w${list}`, () => prologue.words(list));
  return {
    fn,
    prologue,
    ends,
    f32: (value) =>
      constant(`f${Object.is(value, -0) ? "-0" : value}`, () => {
        prologue.f32(value).simd("f32x4.splat");
      }),
    i32: (value) => constant(`i${value | 0}`, () => prologue.i32(value).simd("i32x4.splat")),
    f64: (value) => constant(`d${value}`, () => prologue.f64(value).simd("f64x2.splat")),
    iota: () => words([0, 1, 2, 3]),
    first: (count) => words([0, 1, 2, 3].map((lane) => lane < count ? -1 : 0)),
    apply,
    shift(op, x, count) {
      fn.get(x).i32(count).simd(op);
      return keep();
    },
    shuffle(x, y, list) {
      fn.get(x).get(y).shuffle(list);
      return keep();
    },
    madd: (a, b, c) =>
      features().fma
        ? apply("f32x4.relaxed_madd", a, b, c)
        : apply("f32x4.add", apply("f32x4.mul", a, b), c),
    nmadd: (a, b, c) =>
      features().fma
        ? apply("f32x4.relaxed_nmadd", a, b, c)
        : apply("f32x4.sub", c, apply("f32x4.mul", a, b)),
    // Masks are all ones or all zeros, for which both do the same: one blend, or three bit operations.
    select: (mask, x, y) =>
      apply(features().fma ? "i32x4.relaxed_laneselect" : "v128.bitselect", x, y, mask),
  };
}
