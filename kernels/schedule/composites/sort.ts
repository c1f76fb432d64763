import {
  add,
  bitcast,
  bitwiseAnd,
  bitwiseOr,
  bitwiseXor,
  broadcastInDim,
  concatenate,
  convert,
  equal,
  expandDims,
  flip,
  iota,
  isFloat,
  isNan,
  less,
  moveAxis,
  mul,
  reshape,
  rightShift,
  sum,
  type Tensor,
  where,
} from "../../../core/mod.ts";
import { constant, gatherRows, sizeOf, sliceAxis } from "../../../core/internal.ts";
import type { Composite } from "./composite.ts";

/** Rows up to this long are sorted by counting for each element how many come before it. */
const SHORT = 64;

/**
 * Sorting by kernels: every key becomes a u32 of the same order, and the order of its elements is
 * found, ties by position, so that it is stable. Several keys are sorted by the last one first.
 */
export const sortComposite: Composite = {
  when: ({ machine, inputs }) =>
    !machine.native?.has("sort") && inputs.every((x) => x.dtype !== "f64"),
  make: (inputs, { params }) => {
    const { axis, keys } = params as unknown as { axis: number; keys: number };
    const side = inputs[0]!.shape[axis]!;
    if (side < 2) return inputs;
    const rows = sizeOf(inputs[0]!.shape) / side;
    const flat = inputs.map((x) => reshape(moveAxis(x, axis, -1), [rows, side]));
    const ranks = flat.slice(0, keys).map(sortable);
    let order = argsort(ranks[keys - 1]!);
    for (let i = keys - 2; i >= 0; i--) {
      order = along(order, argsort(along(ranks[i]!, order)));
    }
    const last = inputs[0]!.shape.filter((_, i) => i !== axis);
    return flat.map((x) => moveAxis(reshape(along(x, order), [...last, side]), -1, axis));
  },
};

/** A u32 for each element, in the same order: 0 and -0 are equal, NaN is the greatest. */
export function sortable(x: Tensor): Tensor {
  if (x.dtype === "u32") return x;
  if (x.dtype === "u8" || x.dtype === "bool") return convert(x, "u32");
  const top = constant(2 ** 31, "u32");
  if (!isFloat(x.dtype)) return bitwiseXor(bitcast(convert(x, "i32"), "u32"), top);
  const wide = convert(x, "f32");
  const bits = bitcast(where(equal(wide, 0), 0, wide), "i32");
  const mask = bitwiseOr(bitcast(rightShift(bits, 31), "u32"), top);
  return where(isNan(wide), constant(2 ** 32 - 1, "u32"), bitwiseXor(bitcast(bits, "u32"), mask));
}

/** x [rows, side] in the order of i32 positions [rows, side]. */
function along(x: Tensor, order: Tensor): Tensor {
  const [rows, side] = x.shape as [number, number];
  const places = rows === 1 ? order : add(order, mul(iota(x.shape, { axis: 0 }), side));
  return reshape(
    gatherRows(reshape(x, [rows * side]), reshape(places, [rows * side]), {
      axis: 0,
    }),
    x.shape,
  );
}

/** The positions that sort the rows of u32 keys. */
export function argsort(keys: Tensor): Tensor {
  return keys.shape[1]! <= SHORT ? byCounting(keys) : byNetwork(keys);
}

/** Element i comes after as many as are less, or equal and before it. */
function byCounting(keys: Tensor): Tensor {
  const [rows, side] = keys.shape as [number, number];
  const square = [rows, side, side];
  const [own, other] = [expandDims(keys, 2), expandDims(keys, 1)];
  const isBefore = less(iota(square, { axis: 2 }), iota(square, { axis: 1 }));
  const precedes = bitwiseOr(less(other, own), bitwiseAnd(equal(other, own), isBefore));
  const rank = sum(convert(precedes, "i32"), { axes: [2] });
  const isThere = equal(expandDims(rank, 1), iota(square, { axis: 1 }));
  return sum(where(isThere, iota(square, { axis: 2 }), 0), { axes: [2] });
}

/** A bitonic network: in each stage every element meets the one whose position differs in one bit. */
function byNetwork(keys: Tensor): Tensor {
  const [rows, side] = keys.shape as [number, number];
  const size = 2 ** Math.ceil(Math.log2(side));
  const last = broadcastInDim(constant(2 ** 32 - 1, "u32"), {
    shape: [rows, size - side],
    dims: [],
  });
  let key = size === side ? keys : concatenate([keys, last], { axis: 1 });
  let place = iota([rows, size], { axis: 1 });
  for (let run = 2; run <= size; run *= 2) {
    for (let apart = run / 2; apart >= 1; apart /= 2) {
      const shape = [rows, size / (2 * apart), 2, apart];
      const [a, i] = [reshape(key, shape), reshape(place, shape)];
      const [b, j] = [flip(a, { axes: [2] }), flip(i, { axes: [2] })];
      const precedes = bitwiseOr(less(a, b), bitwiseAnd(equal(a, b), less(i, j)));
      const at = reshape(iota([rows, size], { axis: 1 }), shape);
      const ascends = equal(bitwiseAnd(at, run), 0);
      const isLow = equal(iota(shape, { axis: 2 }), 0);
      const stays = equal(precedes, equal(ascends, isLow));
      key = reshape(where(stays, a, b), [rows, size]);
      place = reshape(where(stays, i, j), [rows, size]);
    }
  }
  return sliceAxis(place, { axis: 1, start: 0, stop: side });
}
