import { ShapeError } from "../errors.ts";
import { add } from "../primitives/add.ts";
import { broadcastTo } from "../primitives/_binary.ts";
import { clampIds, inRange } from "../primitives/_row_ids.ts";
import { constant } from "../primitives/constant.ts";
import { convert } from "../primitives/convert.ts";
import { gatherRows, type ScatterKind, scatterRows } from "../primitives/gather_scatter.ts";
import { iota } from "../primitives/iota.ts";
import { mul } from "../primitives/mul.ts";
import { reshape } from "../primitives/reshape.ts";
import { flip } from "../primitives/rev.ts";
import { where } from "../primitives/select.ts";
import { sliceBy } from "../primitives/slice_pad.ts";
import { moveAxis } from "../primitives/transpose.ts";
import { broadcastShapes, formatShape, range, sizeOf, stridesOf } from "../shape.ts";
import { isTensor, type Tensor } from "../tensor.ts";
import { logicalAnd } from "./logical.ts";
import { fromEnd } from "./_ids.ts";

/** A range of an axis, as in Python: negative bounds count from the end, the step may be negative. */
export type Span = { readonly start?: number; readonly stop?: number; readonly step?: number };

/** What an axis is indexed by: one position, a range, integers; "newaxis" adds one of side 1. */
export type IndexItem = number | Span | Tensor | "newaxis" | "ellipsis";

/** One axis of the result of the ranges, before integers are looked up; `apart`: after an ellipsis. */
type Axis = { readonly ids?: Tensor; readonly apart?: boolean };

/**
 * `x` indexed as NumPy does: `x[1, ::2, ids]` is `index(x, [1, { step: 2 }, ids])`. Axes that are
 * not named are whole. Several integer tensors broadcast and run together; positions outside the
 * axis are clamped, negative ones count from the end.
 *
 * @param x any shape
 * @param items at most one for each axis, besides "newaxis" and "ellipsis"
 * @throws {ShapeError} if there are more items than axes
 * @throws {RangeError} if a number is outside its axis
 * @example Every second element of the last row
 * ```ts
 * import { index, tensor } from "../mod.ts";
 * const y = index(tensor([[1, 2, 3], [4, 5, 6]]), [-1, { step: 2 }]);
 * if (y.shape.join() !== "2") throw new Error("unexpected shape");
 * ```
 */
export function index(x: Tensor, items: readonly IndexItem[]): Tensor {
  return lookUp(x, items, null);
}

/**
 * `x` with `update` written to the positions that `index(x, items)` reads. Positions outside are
 * dropped; those that come twice are updated twice, in order.
 *
 * @param x any shape
 * @param items as for `index`
 * @param options `update`: broadcasts to what is read; `kind`: how to combine, default "set"
 */
export function indexUpdate(
  x: Tensor,
  items: readonly IndexItem[],
  options: { readonly update: Tensor; readonly kind?: ScatterKind },
): Tensor {
  const size = sizeOf(x.shape);
  const all = reshape(iota([size], { axis: 0, dtype: "i32" }), x.shape);
  const places = lookUp(all, items, size);
  const update = broadcastTo(convert(options.update, x.dtype), places.shape);
  const kind = options.kind ?? "set";
  const flat = scatterRows(
    reshape(x, [-1]),
    [reshape(places, [-1]), reshape(update, [-1])],
    { kind, axis: 0 },
  );
  return reshape(flat, x.shape);
}

/** Reads; a position outside is clamped, or gives `outside` where that is a number. */
function lookUp(x: Tensor, items: readonly IndexItem[], outside: number | null): Tensor {
  const full = withoutEllipsis(x, items);
  const gathers = full.some(isTensor);
  const shape: number[] = [];
  const axes: Axis[] = [];
  let at = 0;
  let apart = false;
  let y = x;
  for (const item of full) {
    if (item === "ellipsis") {
      apart = true;
      continue;
    }
    if (item === "newaxis") {
      shape.push(1);
      axes.push({});
      continue;
    }
    const side = x.shape[at]!;
    if (typeof item === "object" && !isTensor(item)) {
      y = spanOf(y, at, item as Span);
      shape.push(y.shape[at]!);
      axes.push({});
    } else if (isTensor(item)) {
      shape.push(side);
      axes.push({ ids: item, apart });
    } else {
      y = onePosition(y, at, item as number);
      // Beside tensors a number takes part in their broadcast.
      if (gathers) {
        shape.push(1);
        axes.push({ ids: constant(0, "i32"), apart });
      }
    }
    apart = false;
    at++;
  }
  y = reshape(y, shape);
  return gathers ? gatherAxes(y, axes, outside) : y;
}

function withoutEllipsis(x: Tensor, items: readonly IndexItem[]): IndexItem[] {
  const named = items.filter((item) => item !== "newaxis" && item !== "ellipsis").length;
  const missing = x.shape.length - named;
  if (missing < 0) {
    throw new ShapeError(
      `Cannot index ${formatShape(x.shape)} by ${named} items: it has only ` +
        `${x.shape.length} axes`,
      "index",
      [x.shape],
    );
  }
  const whole: Span[] = range(missing).map(() => ({}));
  const dots = items.indexOf("ellipsis");
  if (dots < 0) return [...items, ...whole];
  // One that stands for no axis still keeps integers apart.
  if (missing === 0) return [...items];
  return [...items.slice(0, dots), ...whole, ...items.slice(dots + 1)];
}

function sliced(x: Tensor, axis: number, start: number, stop: number, step: number): Tensor {
  return sliceBy(x, {
    start: x.shape.map((_, i) => i === axis ? start : 0),
    stop: x.shape.map((side, i) => i === axis ? stop : side),
    step: x.shape.map((_, i) => i === axis ? step : 1),
  });
}

function onePosition(x: Tensor, axis: number, position: number): Tensor {
  const side = x.shape[axis]!;
  const at = position < 0 ? position + side : position;
  if (!(at >= 0 && at < side)) {
    throw new RangeError(
      `Cannot index axis ${axis} of ${
        formatShape(x.shape)
      } at ${position}: it has ${side} elements`,
    );
  }
  return sliced(x, axis, at, at + 1, 1);
}

function spanOf(x: Tensor, axis: number, { start, stop, step = 1 }: Span): Tensor {
  const side = x.shape[axis]!;
  const bound = (value: number, low: number, high: number): number =>
    Math.min(high, Math.max(low, value < 0 ? value + side : value));
  if (step > 0) {
    const from = bound(start ?? 0, 0, side);
    return sliced(x, axis, from, Math.max(from, bound(stop ?? side, 0, side)), step);
  }
  const first = start === undefined ? side - 1 : bound(start, -1, side - 1);
  const end = stop === undefined ? -1 : bound(stop, -1, side - 1);
  const turned = flip(x, { axes: axis });
  const from = side - 1 - first;
  return sliced(turned, axis, from, Math.max(from, side - 1 - end), -step);
}

/** Looks up the axes that have ids, all together. */
function gatherAxes(x: Tensor, axes: readonly Axis[], outside: number | null): Tensor {
  const places = axes.flatMap((axis, i) => axis.ids ? [i] : []);
  const sides = places.map((i) => x.shape[i]!);
  const strides = stridesOf(sides);
  const ids = places.map((i, k) => fromEnd(axes[i]!.ids!, sides[k]!));
  const joint = ids.map((id) => id.shape).reduce((a, b) => broadcastShapes(a, b, "index"));
  const flat = ids
    .map((id, k) => mul(broadcastTo(convert(clampIds(id, sides[k]!), "i32"), joint), strides[k]!))
    .reduce((sum, term) => add(sum, term));
  const front = moveAxis(x, places, range(places.length));
  const table = reshape(front, [sizeOf(sides), ...front.shape.slice(places.length)]);
  const rows = gatherRows(table, flat, { axis: 0 });
  const inside = ids
    .map((id, k) => broadcastTo(inRange(id, sides[k]!), joint))
    .reduce((all, one) => logicalAnd(all, one));
  const wide = reshape(inside, [...joint, ...rows.shape.slice(joint.length).map(() => 1)]);
  const y = outside === null ? rows : where(wide, rows, outside);
  // Axes side by side are replaced where they stood, others come first, as in NumPy.
  const together = places.every((place, k) =>
    k === 0 || (place === places[k - 1]! + 1 && !axes[place]!.apart)
  );
  if (!together) return y;
  return moveAxis(y, range(joint.length), range(joint.length).map((i) => places[0]! + i));
}
