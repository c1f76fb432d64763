import { type Fn, newFunction } from "../asm.ts";
import { I32, V128 } from "../opcodes.ts";
import { copyTile } from "./macro.ts";
import { multiplyAdd } from "./micro.ts";
import { PITCH } from "./tile.ts";

/** Rows that products without packing have at most. */
export const THIN_ROWS = 4;

/**
 * thin(a, rowStride, kStride, b, pitch, n, k, strip): C[rows, n] += A · B in a strip of scratch, for
 * one to four rows: B, whose columns lie next to each other, is read as it is, whole rows at a time,
 * because packing it would cost more than the product. n is a positive multiple of 4; strides are in
 * bytes. Up to 12 bytes after B are read.
 */
export function thinProduct(rows: number): Fn {
  const [a, rowStride, kStride, b, pitch, n, k, strip] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
  const fn = newFunction([I32, I32, I32, I32, I32, I32, I32, I32], `thin${rows}`);
  const rest = fn.local(I32);
  const end = fn.local(I32);
  const to = fn.local(I32);
  const at = fn.local(I32);
  const sum = fn.local(V128);

  const steps = (count: number): void => {
    const lines = Array.from({ length: count }, () => fn.local(I32));
    const left = Array.from(
      { length: count },
      () => Array.from({ length: rows }, () => fn.local(V128)),
    );
    const right = Array.from({ length: count }, () => fn.local(V128));
    fn.loop(() => {
      left.forEach((column, i) => {
        fn.get(a).set(at);
        column.forEach((value) => {
          fn.get(at).memory("v128.load32_splat").set(value);
          fn.get(at).get(rowStride).op("i32.add").set(at);
        });
        fn.get(a).get(kStride).op("i32.add").set(a);
        fn.get(b).set(lines[i]!).get(b).get(pitch).op("i32.add").set(b);
      });
      fn.get(strip).set(to).get(strip).get(n).i32(2).op("i32.shl", "i32.add").set(end);
      fn.loop(() => {
        right.forEach((vector, i) => {
          fn.get(lines[i]!).memory("v128.load").set(vector);
          fn.get(lines[i]!).i32(16).op("i32.add").set(lines[i]!);
        });
        for (let row = 0; row < rows; row++) {
          fn.get(to).memory("v128.load", 4 * PITCH * row).set(sum);
          right.forEach((vector, i) => multiplyAdd(fn, left[i]![row]!, vector, sum));
          fn.get(to).get(sum).memory("v128.store", 4 * PITCH * row);
        }
        fn.get(to).i32(16).op("i32.add").tee(to).get(end).op("i32.lt_u").branchIf(0);
      });
      fn.get(rest).i32(count).op("i32.sub").tee(rest).i32(count).op("i32.ge_u").branchIf(0);
    });
  };

  // As many steps of k at once as registers hold: each reads and writes the strip.
  const together = rows === 1 ? 8 : rows === 2 ? 4 : 2;
  fn.get(k).set(rest);
  for (const count of [together, 1]) {
    fn.get(rest).i32(count).op("i32.ge_u").if(() => steps(count));
  }
  return fn;
}

/** copyStrip(strip, c, pitch, m, n): the tile of C in the strip to its place. */
export function copyStrip(): Fn {
  const [edge, tile, pitch, height, width] = [0, 1, 2, 3, 4] as const;
  const fn = newFunction([I32, I32, I32, I32, I32], "copyStrip");
  const add = fn.local(I32); // 0: the tile is written
  copyTile(fn, { edge, edgePitch: 4 * PITCH, tile, pitch, height, width, add });
  return fn;
}

/** zeroStrip(strip, m, n): sets a tile in the strip to zero. */
export function zeroStrip(): Fn {
  const [strip, height, width] = [0, 1, 2] as const;
  const fn = newFunction([I32, I32, I32], "zeroStrip");
  fn.loop(() => {
    fn.get(strip).i32(0).get(width).i32(2).op("i32.shl").fill();
    fn.get(strip).i32(4 * PITCH).op("i32.add").set(strip);
    fn.get(height).i32(1).op("i32.sub").tee(height).branchIf(0);
  });
  return fn;
}
