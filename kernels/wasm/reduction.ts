import { identityOf } from "../ir/identity.ts";
import type { Reduction } from "../ir/types.ts";
import { V128, type VectorOp } from "./opcodes.ts";
import { type Register, registerOf, wrap } from "./register.ts";
import type { Vectors } from "./vectors.ts";

type Kind = Reduction["op"];

const COMBINE: Record<Kind, Record<Register, VectorOp>> = {
  sum: { float: "f32x4.add", signed: "i32x4.add", unsigned: "i32x4.add", mask: "v128.or" },
  prod: { float: "f32x4.mul", signed: "i32x4.mul", unsigned: "i32x4.mul", mask: "v128.and" },
  max: { float: "f32x4.max", signed: "i32x4.max_s", unsigned: "i32x4.max_u", mask: "v128.or" },
  min: { float: "f32x4.min", signed: "i32x4.min_s", unsigned: "i32x4.min_u", mask: "v128.and" },
};

/** The result of a reduction over nothing, in all lanes. */
export function identity(v: Vectors, { op, value: { dtype } }: Reduction): number {
  const x = identityOf(op, dtype);
  const register = registerOf(dtype);
  if (x === 0) return v.i32(0);
  if (register === "float") return v.f32(x);
  return v.i32(register === "mask" ? -1 : x);
}

/** An accumulator that holds the identity. */
export function newAccumulator(v: Vectors, reduction: Reduction): number {
  const local = v.fn.local(V128);
  v.fn.get(identity(v, reduction)).set(local);
  return local;
}

/** Folds `valid` lanes of `local` into an accumulator. */
export function accumulate(
  v: Vectors,
  reduction: Reduction,
  accumulator: number,
  local: number,
  valid: number,
): void {
  const op = COMBINE[reduction.op][registerOf(reduction.value.dtype)];
  const used = valid === 4 ? local : v.select(v.first(valid), local, identity(v, reduction));
  v.fn.get(accumulator).get(used).simd(op).set(accumulator);
}

/** One value in all lanes from several accumulators, by a tree of fixed shape. */
export function collapse(
  v: Vectors,
  reduction: Reduction,
  accumulators: readonly number[],
): number {
  const op = COMBINE[reduction.op][registerOf(reduction.value.dtype)];
  let level = [...accumulators];
  while (level.length > 1) {
    const next: number[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const [a, b] = [level[i]!, level[i + 1]];
      next.push(b === undefined ? a : v.apply(op, a, b));
    }
    level = next;
  }
  const all = level[0]!;
  const pairs = v.apply(op, all, v.shuffle(all, all, [2, 3, 0, 1]));
  const one = v.apply(op, pairs, v.shuffle(pairs, pairs, [1, 0, 3, 2]));
  return wrap(v, reduction.value.dtype, one);
}
