import { bind } from "../bind.ts";
import { isInteger } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import type { HostArray } from "../host.ts";
import { definePrimitive, isLinear, type JvpResult, type Primitive } from "../primitive.ts";
import { type Aval, formatAval, formatShape, type Shape, stridesOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastFront } from "./broadcast_sum.ts";
import { zerosOf } from "./concatenate.ts";
import { gatherRows, scatterRows } from "./gather_scatter.ts";
import { pick, positions } from "./_positions.ts";
import { reshape } from "./reshape.ts";
import { windowIds } from "./_window_ids.ts";

/** Reading and writing a window at run-time positions are each other's transpose. */

/** Sides of the window. */
export type DynamicSliceParams = { readonly sizes: readonly number[] };

/** The window of `sizes` at the starts, which are moved so that it fits: x, start₀, start₁, ... */
export const dynamicSliceP: Primitive<readonly Tensor[], [Tensor], DynamicSliceParams> =
  definePrimitive<
    readonly Tensor[],
    [Tensor],
    DynamicSliceParams
  >({
    name: "dynamic_slice",
    infer: ([x, ...starts], { sizes }) => {
      requireWindow("dynamic_slice", x!, sizes, starts);
      return [{ shape: sizes, dtype: x!.dtype }];
    },
    evaluate: ([x, ...starts], { sizes }) => {
      return [pick(x!.data, sizes, stridesOf(x!.shape), windowOffset(x!, sizes, starts))];
    },
    jvp: ([x, ...starts], [dx], params): JvpResult<[Tensor]> => [
      bind(dynamicSliceP, [x!, ...starts], params),
      dx ? bind(dynamicSliceP, [dx, ...starts], params) : [null],
    ],
    transpose: ([ct], [x, ...starts]) => {
      const none = starts.map(() => null);
      if (!ct || !x || !isLinear(x)) return [null, ...none];
      return [
        bind(dynamicUpdateSliceP, [zerosOf(x.aval), ct, ...values(starts)], null)[0],
        ...none,
      ];
    },
    batch: ([x, ...starts], [bx, ...bs], { sizes }, size) => {
      if (bs.includes(true)) {
        const all = bx ? x! : broadcastFront(x!, size);
        const ids = windowIds(all.shape, sizes, starts, bs);
        return [gatherRows(reshape(all, [-1]), ids, { axis: 0 })];
      }
      return bind(dynamicSliceP, [x!, zeroLike(starts), ...starts], { sizes: [size, ...sizes] });
    },
  });

/** x with the window at the starts replaced: x, update, start₀, start₁, ... */
export const dynamicUpdateSliceP: Primitive<readonly Tensor[], [Tensor], null> = definePrimitive<
  readonly Tensor[],
  [Tensor],
  null
>({
  name: "dynamic_update_slice",
  infer: ([x, update, ...starts]) => {
    requireWindow("dynamic_update_slice", x!, update!.shape, starts);
    if (x!.dtype !== update!.dtype) {
      throw new ShapeError(
        `Cannot dynamic_update_slice ${formatAval(x!)} by ${formatAval(update!)}: ` +
          `the dtypes differ; convert one`,
        "dynamic_update_slice",
        [x!.shape, update!.shape],
      );
    }
    return [x!];
  },
  evaluate: ([x, update, ...starts]) => {
    const result = x!.data.slice();
    const offset = windowOffset(x!, update!.shape, starts);
    const at = positions(update!.shape, stridesOf(x!.shape), offset);
    for (let i = 0; i < at.length; i++) result[at[i]!] = update!.data[i]!;
    return [result];
  },
  jvp: ([x, update, ...starts], [dx, du]): JvpResult<[Tensor]> => {
    const y = bind(dynamicUpdateSliceP, [x!, update!, ...starts], null);
    if (!dx && !du) return [y, [null]];
    const [a, b] = [dx ?? zerosOf(x!.aval), du ?? zerosOf(update!.aval)];
    return [y, bind(dynamicUpdateSliceP, [a, b, ...starts], null)];
  },
  transpose: ([ct], [x, update, ...rest]) => {
    const none = rest.map(() => null);
    if (!ct) return [null, null, ...none];
    const starts = values(rest);
    const aval = isLinear(update!) ? update.aval : update!.aval;
    const old = (): Tensor => bind(dynamicUpdateSliceP, [ct, zerosOf(aval), ...starts], null)[0];
    const window = (): Tensor => bind(dynamicSliceP, [ct, ...starts], { sizes: aval.shape })[0];
    return [isLinear(x!) ? old() : null, isLinear(update!) ? window() : null, ...none];
  },
  batch: ([x, update, ...starts], [bx, bu, ...bs], _params, size) => {
    const all = bx ? x! : broadcastFront(x!, size);
    const part = bu ? update! : broadcastFront(update!, size);
    if (!bs.includes(true)) {
      return bind(dynamicUpdateSliceP, [all, part, zeroLike(starts), ...starts], null);
    }
    const ids = windowIds(all.shape, part.shape.slice(1), starts, bs);
    const flat = scatterRows(reshape(all, [-1]), [ids, part], { kind: "set", axis: 0 });
    return [reshape(flat, all.shape)];
  },
});

function requireWindow(op: string, x: Aval, sizes: Shape, starts: readonly Aval[]): void {
  const fits = sizes.length === x.shape.length && starts.length === sizes.length &&
    sizes.every((size, i) => size >= 0 && size <= x.shape[i]!);
  const scalars = starts.every((start) => start.shape.length === 0 && isInteger(start.dtype));
  if (fits && scalars) return;
  const what = fits ? "the starts are no integer scalars" : "the window does not fit";
  throw new ShapeError(
    `Cannot ${op} ${formatAval(x)} with a window of ${formatShape(sizes)} at ` +
      `${starts.map(formatAval).join(", ")}: ${what}; give one start and one size per axis`,
    op,
    [x.shape, sizes],
  );
}

function windowOffset(x: HostArray, sizes: Shape, starts: readonly HostArray[]): number {
  const strides = stridesOf(x.shape);
  return starts.reduce((sum, start, i) => {
    const clamped = Math.max(0, Math.min(start.data[0]!, x.shape[i]! - sizes[i]!));
    return sum + clamped * strides[i]!;
  }, 0);
}

function values(starts: readonly (Tensor | { readonly linear: true })[]): Tensor[] {
  return starts.filter((start): start is Tensor => !("linear" in start));
}

/** A start of 0 for the batch axis. */
function zeroLike(starts: readonly Tensor[]): Tensor {
  return zerosOf({ shape: [], dtype: starts[0]?.dtype ?? "i32" });
}
