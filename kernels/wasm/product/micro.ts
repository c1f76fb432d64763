import { type Fn, newFunction } from "../asm.ts";
import { features } from "../features.ts";
import { I32, V128 } from "../opcodes.ts";
import { COLUMNS, ROWS, UNROLL } from "./tile.ts";

const VECTORS = COLUMNS / 4;
const A_STEP = 4 * ROWS;
const B_STEP = 4 * COLUMNS;

/**
 * The micro-kernel (a, b, c, pitch, k, add): a tile C = A · B, or C += A · B where `add`, from A
 * packed [k, ROWS] and B packed [k, COLUMNS]; k is a positive multiple of UNROLL, `pitch` the bytes
 * from row to row of C.
 *
 * Both pointers move at every step of k, so that the offsets are the same ones at each: an engine
 * that checks bounds (Deno) then keeps the limits in registers, which makes the loop 13 % faster
 * than larger offsets under pointers that move once a round.
 */
export function microKernel(): Fn {
  const [a, b, c, pitch, k, add] = [0, 1, 2, 3, 4, 5] as const;
  const fn = newFunction([I32, I32, I32, I32, I32, I32]);
  const sums = Array.from(
    { length: ROWS },
    () => Array.from({ length: VECTORS }, () => fn.local(V128)),
  );
  const right = Array.from({ length: VECTORS }, () => fn.local(V128));
  const left = fn.local(V128);
  const end = fn.local(I32);
  fn.get(a).get(k).i32(A_STEP).op("i32.mul", "i32.add").set(end);
  fn.loop(() => {
    for (let u = 0; u < UNROLL; u++) {
      right.forEach((vector, j) => {
        fn.get(b).memory("v128.load", 16 * j).set(vector);
      });
      sums.forEach((row, i) => {
        fn.get(a).memory("v128.load32_splat", 4 * i).set(left);
        row.forEach((sum, j) => multiplyAdd(fn, left, right[j]!, sum));
      });
      fn.get(b).i32(B_STEP).op("i32.add").set(b);
      fn.get(a).i32(A_STEP).op("i32.add").set(a);
    }
    fn.get(a).get(end).op("i32.lt_u").branchIf(0);
  });
  fn.get(add).if(
    () => storeTile(fn, sums, c, pitch, true),
    () => storeTile(fn, sums, c, pitch, false),
  );
  return fn;
}

/** sum += x · y. */
export function multiplyAdd(fn: Fn, x: number, y: number, sum: number): void {
  if (features().fma) fn.get(x).get(y).get(sum).simd("f32x4.relaxed_madd").set(sum);
  else fn.get(x).get(y).simd("f32x4.mul").get(sum).simd("f32x4.add").set(sum);
}

// All sums of a row come before its stores, which is what V8 asks for to use wide vectors.
function storeTile(
  fn: Fn,
  sums: readonly (readonly number[])[],
  c: number,
  pitch: number,
  add: boolean,
): void {
  const row = fn.local(I32);
  fn.get(c).set(row);
  for (const vectors of sums) {
    if (add) {
      vectors.forEach((sum, j) => {
        fn.get(row).memory("v128.load", 16 * j).get(sum).simd("f32x4.add").set(sum);
      });
    }
    vectors.forEach((sum, j) => fn.get(row).get(sum).memory("v128.store", 16 * j));
    fn.get(row).get(pitch).op("i32.add").set(row);
  }
}
