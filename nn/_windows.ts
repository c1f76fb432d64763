import {
  add,
  argmax,
  argmin,
  concatenate,
  type DType,
  equal,
  full,
  greater,
  iota,
  isFloat,
  isNan,
  less,
  logicalOr,
  max,
  min,
  pad,
  reshape,
  slice,
  sum,
  type Tensor,
  where,
  windows,
} from "../core/mod.ts";
import { customJvp } from "../autodiff/mod.ts";
import { integerRange, range, sliceAxis } from "../core/internal.ts";
import type { WindowKind } from "./reduce_window.ts";
import { extent } from "./_spatial.ts";

// Elements of a window up to which each is an operand of its own: one elementwise kernel, and many
// times faster than reductions over axes that short.
export const UNROLLED = 64;

/** Windows along one axis. */
export type Window = {
  readonly axis: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
};

/** Element by element of the windows: elementwise, so that it fuses with what is around. */
export function reduceTaps(
  x: Tensor,
  kind: WindowKind,
  { axis, size, stride, dilation }: Window,
): Tensor {
  const room = x.shape[axis]! - extent(size, dilation);
  const places = room < 0 ? 0 : Math.floor(room / stride) + 1;
  const taps = range(size).map((k) => {
    const start = k * dilation;
    return slice(x, {
      start: x.shape.map((_, i) => i === axis ? start : 0),
      stop: x.shape.map((side, i) =>
        i === axis ? start + Math.max(0, (places - 1) * stride + 1) : side
      ),
      step: x.shape.map((_, i) => i === axis ? stride : 1),
    });
  });
  return taps.reduce((found, tap) => {
    if (kind === "sum") return add(found, tap);
    const better = kind === "max" ? greater(tap, found) : less(tap, found);
    return where(logicalOr(better, isNan(tap)), tap, found);
  });
}

/** All elements of a window at once, for large ones. */
export function reduceWindows(x: Tensor, kind: WindowKind, window: Window): Tensor {
  const { axis, size, stride, dilation } = window;
  const side = x.shape[axis]!;
  if (dilation === 1 && stride === size && side % size === 0) { // a view, also on the way back
    const parts = [side / size, size];
    const cut = reshape(x, [...x.shape.slice(0, axis), ...parts, ...x.shape.slice(axis + 1)]);
    return reduceAxis(cut, kind, axis + 1);
  }
  return reduceAxis(windows(x, window), kind, axis);
}

function reduceAxis(x: Tensor, kind: WindowKind, axis: number): Tensor {
  if (kind === "sum") return sum(x, { axes: axis });
  const [extremum, index] = kind === "max" ? [max, argmax] : [min, argmin];
  return customJvp(
    (x: Tensor) => extremum(x, { axes: axis }),
    ([x], [dx]) => {
      const places = iota(x.shape, { axis, dtype: "i32" });
      const first = equal(places, index(x, { axis, keepDims: true }));
      return [extremum(x, { axes: axis }), sum(where(first, dx, 0), { axes: axis })];
    },
  )(x);
}

/**
 * An axis with what counts as nothing before, after and between its elements; negative sides cut it.
 */
export function surround(
  x: Tensor,
  kind: WindowKind,
  { axis, low, high, interior }: {
    readonly axis: number;
    readonly low: number;
    readonly high: number;
    readonly interior: number;
  },
): Tensor {
  if (low === 0 && high === 0 && interior === 0) return x;
  const value = nothing(kind, x.dtype);
  if (interior > 0) {
    const at = (n: number): number[] => x.shape.map((_, i) => i === axis ? n : 0);
    return pad(x, { low: at(low), high: at(high), interior: at(interior), value });
  }
  const start = Math.max(0, -low);
  const stop = Math.max(start, x.shape[axis]! + Math.min(0, high));
  const filled = (side: number): Tensor[] => {
    if (side <= 0) return [];
    return [full(x.shape.map((n, i) => i === axis ? side : n), value, { dtype: x.dtype })];
  };
  return concatenate([...filled(low), sliceAxis(x, { axis, start, stop }), ...filled(high)], {
    axis,
  });
}

/** What changes neither an extremum nor a sum. */
function nothing(kind: WindowKind, dtype: DType): number {
  if (kind === "sum") return 0;
  if (isFloat(dtype)) return kind === "max" ? -Infinity : Infinity;
  const [least, greatest] = integerRange(dtype);
  return kind === "max" ? least : greatest;
}
