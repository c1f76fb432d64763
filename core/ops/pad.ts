import { promoteNumber } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { tensor } from "../literal.ts";
import { broadcastInDim } from "../primitives/broadcast_sum.ts";
import { constant } from "../primitives/constant.ts";
import { convert } from "../primitives/convert.ts";
import { gatherRows } from "../primitives/gather_scatter.ts";
import { where } from "../primitives/select.ts";
import { padZeros } from "../primitives/slice_pad.ts";
import { formatShape, range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** What `pad` puts outside: a value, the nearest element, a mirror image without or with the edge
 * element, or the other end. */
export type PadMode = "constant" | "edge" | "reflect" | "symmetric" | "wrap";

/** Elements to add per axis; axes left out get none. */
export type PadOptions = {
  /** Before the first element; negative numbers crop. */
  readonly low?: readonly number[];
  /** After the last element; negative numbers crop. */
  readonly high?: readonly number[];
  /** Between elements; in constant mode only. */
  readonly interior?: readonly number[];
  /** What to fill with in constant mode: a number or a scalar. Default 0. */
  readonly value?: number | Tensor;
  /** Default "constant". */
  readonly mode?: PadMode;
};

/**
 * `x` with elements added around, and between, its own.
 *
 * @param x any shape
 * @param options how many, per axis, and what
 * @throws {ShapeError} if a list is longer than the rank, a side would be negative, or an empty axis
 * is to be extended by its own elements
 */
export function pad(x: Tensor, options: PadOptions): Tensor {
  const { mode = "constant", value = 0 } = options;
  const rank = x.shape.length;
  const full = (list: readonly number[] = []): number[] => {
    if (list.length > rank) refuse(x, `[${list}] has more than ${rank} entries`);
    return range(rank).map((i) => list[i] ?? 0);
  };
  const [low, high, interior] = [full(options.low), full(options.high), full(options.interior)];
  if (mode === "constant") return fillAround(x, { low, high, interior }, value);
  return range(rank).reduce((y, axis) => extend(y, axis, [low[axis]!, high[axis]!], mode), x);
}

type Widths = {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly interior: readonly number[];
};

function fillAround(x: Tensor, widths: Widths, value: number | Tensor): Tensor {
  const padded = padZeros(x, widths);
  const adds = [...widths.low, ...widths.high, ...widths.interior].some((width) => width > 0);
  if (value === 0 || !adds) return padded;
  const inside = broadcastInDim(constant(1, "bool"), { shape: x.shape, dims: [] });
  const fill = typeof value === "number" ? value : convert(value, x.dtype);
  if (typeof fill === "number" && promoteNumber(x.dtype, fill) !== x.dtype) {
    return where(padZeros(inside, widths), padded, constant(fill, x.dtype));
  }
  return where(padZeros(inside, widths), padded, fill);
}

/** One axis continued by its own elements. */
function extend(
  x: Tensor,
  axis: number,
  [low, high]: readonly [low: number, high: number],
  mode: Exclude<PadMode, "constant">,
): Tensor {
  const side = x.shape[axis]!;
  if (low === 0 && high === 0) return x;
  if (side === 0) refuse(x, `axis ${axis} is empty; use mode "constant"`);
  const ids = range(low + side + high).map((i) => sourceOf(i - low, side, mode));
  return gatherRows(x, tensor(ids, { dtype: "i32" }), { axis });
}

function sourceOf(i: number, side: number, mode: Exclude<PadMode, "constant">): number {
  const modulo = (n: number): number => ((i % n) + n) % n;
  switch (mode) {
    case "edge":
      return Math.min(side - 1, Math.max(0, i));
    case "wrap":
      return modulo(side);
    case "symmetric": {
      const at = modulo(2 * side);
      return at < side ? at : 2 * side - 1 - at;
    }
    case "reflect": {
      if (side === 1) return 0;
      const at = modulo(2 * side - 2);
      return at < side ? at : 2 * side - 2 - at;
    }
  }
}

function refuse(x: Tensor, why: string): never {
  throw new ShapeError(`Cannot pad ${formatShape(x.shape)}: ${why}`, "pad", [x.shape]);
}
