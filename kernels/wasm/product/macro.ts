import { type Fn, newFunction } from "../asm.ts";
import { I32 } from "../opcodes.ts";
import { COLUMNS, ROWS } from "./tile.ts";

/**
 * macro(a, b, c, m, n, k, pitch, add, edge): C[m, n] = A · B, or += where `add`, over micro-tiles of
 * packed operands. Tiles that stick out go through `edge`, a tile of scratch. `micro` is the number
 * of the micro-kernel in the module.
 */
export function macroKernel(micro: number): Fn {
  const [a, b, c, m, n, k, pitch, add, edge] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
  const fn = newFunction([I32, I32, I32, I32, I32, I32, I32, I32, I32], "macro");
  const i = fn.local(I32);
  const j = fn.local(I32);
  const left = fn.local(I32);
  const tile = fn.local(I32);
  const height = fn.local(I32);
  const width = fn.local(I32);

  const rest = (of: number, at: number, most: number, into: number): void => {
    fn.get(of).get(at).op("i32.sub").tee(into).i32(most).op("i32.gt_u");
    fn.if(() => fn.i32(most).set(into));
  };
  const whole = (): Fn => fn.get(left).get(b).get(tile).get(pitch).get(k).get(add).call(micro);
  const partial = (): void => {
    fn.get(left).get(b).get(edge).i32(4 * COLUMNS).get(k).i32(0).call(micro);
    rest(m, i, ROWS, height);
    rest(n, j, COLUMNS, width);
    copyTile(fn, { edge, edgePitch: 4 * COLUMNS, tile, pitch, height, width, add });
  };

  fn.loop(() => {
    fn.i32(0).set(i).get(a).set(left);
    fn.get(c).get(j).i32(2).op("i32.shl", "i32.add").set(tile);
    fn.loop(() => {
      fn.get(i).i32(ROWS).op("i32.add").get(m).op("i32.le_u");
      fn.get(j).i32(COLUMNS).op("i32.add").get(n).op("i32.le_u", "i32.and");
      fn.if(whole, partial);
      fn.get(left).get(k).i32(4 * ROWS).op("i32.mul", "i32.add").set(left);
      fn.get(tile).get(pitch).i32(ROWS).op("i32.mul", "i32.add").set(tile);
      fn.get(i).i32(ROWS).op("i32.add").tee(i).get(m).op("i32.lt_u").branchIf(0);
    });
    fn.get(b).get(k).i32(4 * COLUMNS).op("i32.mul", "i32.add").set(b);
    fn.get(j).i32(COLUMNS).op("i32.add").tee(j).get(n).op("i32.lt_u").branchIf(0);
  });
  return fn;
}

type Copy = {
  readonly edge: number;
  /** Bytes from row to row of the edge tile. */
  readonly edgePitch: number;
  readonly tile: number;
  readonly pitch: number;
  readonly height: number;
  readonly width: number;
  readonly add: number;
};

/** Writes the part of an edge tile that lies inside C, or adds it. */
export function copyTile(
  fn: Fn,
  { edge, edgePitch, tile, pitch, height, width, add }: Copy,
): void {
  const x = fn.local(I32);
  const y = fn.local(I32);
  const to = fn.local(I32);
  const from = fn.local(I32);
  fn.i32(0).set(y);
  fn.loop(() => {
    fn.i32(0).set(x);
    fn.get(tile).get(y).get(pitch).op("i32.mul", "i32.add").set(to);
    fn.get(edge).get(y).i32(edgePitch).op("i32.mul", "i32.add").set(from);
    fn.loop(() => {
      fn.get(add).if(
        () => {
          fn.get(to).get(from).memory("f32.load").get(to).memory("f32.load");
          fn.op("f32.add").memory("f32.store");
        },
        () => fn.get(to).get(from).memory("f32.load").memory("f32.store"),
      );
      fn.get(to).i32(4).op("i32.add").set(to);
      fn.get(from).i32(4).op("i32.add").set(from);
      fn.get(x).i32(1).op("i32.add").tee(x).get(width).op("i32.lt_u").branchIf(0);
    });
    fn.get(y).i32(1).op("i32.add").tee(y).get(height).op("i32.lt_u").branchIf(0);
  });
}
