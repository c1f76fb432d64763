import type { Value } from "../ir/types.ts";
import { I32, V128 } from "./opcodes.ts";
import { wrap } from "./register.ts";
import type { Vectors } from "./vectors.ts";

/** Directions of a shift. */
export type Direction = "left" | "logical" | "arithmetic";

const SCALAR_SHIFT = { left: "i32.shl", logical: "i32.shr_u", arithmetic: "i32.shr_s" } as const;
const VECTOR_SHIFT = {
  left: "i32x4.shl",
  logical: "i32x4.shr_u",
  arithmetic: "i32x4.shr_s",
} as const;

/**
 * Shifts of integer lanes. A count of the width or more shifts everything out: 0, or the sign for
 * the arithmetic one.
 */
export function shiftLanes(
  v: Vectors,
  direction: Direction,
  x: number,
  by: number,
  value: Value,
): number {
  const { dtype, args } = value;
  const width = dtype === "i8" || dtype === "u8" ? 8 : 32;
  // A narrow logical shift must not see the extended sign; an arithmetic one of u8 must see one.
  const bits = width === 8 && direction === "logical"
    ? v.apply("v128.and", x, v.i32(255))
    : direction === "arithmetic"
    ? wrap(v, width === 8 ? "i8" : "i32", x)
    : x;
  const count = args[1]!;
  if (count.op === "const") {
    return byConstant(v, direction, bits, count.number! >>> 0, width, value);
  }
  const limited = v.apply("i32x4.min_u", by, v.i32(width - 1));
  const shifted = lanewise(v, direction, bits, limited);
  const inside = v.apply("i32x4.lt_u", by, v.i32(width));
  const kept = direction === "arithmetic" ? shifted : v.apply("v128.and", shifted, inside);
  return wrap(v, dtype, kept);
}

function byConstant(
  v: Vectors,
  direction: Direction,
  bits: number,
  count: number,
  width: number,
  { dtype }: Value,
): number {
  if (count >= width && direction !== "arithmetic") return v.i32(0);
  const shifted = v.shift(VECTOR_SHIFT[direction], bits, Math.min(count, width - 1));
  return wrap(v, dtype, shifted);
}

function lanewise(v: Vectors, direction: Direction, x: number, by: number): number {
  const { fn } = v;
  const result = fn.local(V128);
  const lanes = [0, 1, 2, 3].map((lane) => {
    const one = fn.local(I32);
    fn.get(x).extractLane(lane).get(by).extractLane(lane).op(SCALAR_SHIFT[direction]).set(one);
    return one;
  });
  fn.get(x);
  lanes.forEach((one, lane) => fn.get(one).replaceLane(lane));
  fn.set(result);
  return result;
}
