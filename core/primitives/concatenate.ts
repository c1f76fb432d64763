import { bind } from "../bind.ts";
import { promoteTypes } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { definePrimitive, isLinear, type JvpResult, type Primitive } from "../primitive.ts";
import { type Aval, formatAval, normalizeAxis, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastFront, broadcastInDim } from "./broadcast_sum.ts";
import { constant } from "./constant.ts";
import { convert } from "./convert.ts";
import { sliceAxis } from "./slice_pad.ts";

/** The axis along which the operands follow one another. */
export type ConcatenateParams = { readonly axis: number };

/** The operands one after another along `axis`. */
export const concatenateP: Primitive<readonly Tensor[], [Tensor], ConcatenateParams> =
  definePrimitive<
    readonly Tensor[],
    [Tensor],
    ConcatenateParams
  >({
    name: "concatenate",
    infer: (inputs, { axis }) => {
      const first = inputs[0];
      if (!first || inputs.some((x) => !joins(first, x, axis))) {
        throw new ShapeError(
          `Cannot concatenate ${inputs.map(formatAval).join(" and ") || "nothing"} along axis ` +
            `${axis}: all operands need one dtype and the same sides but for that axis`,
          "concatenate",
          inputs.map((x) => x.shape),
        );
      }
      const side = inputs.reduce((sum, x) => sum + x.shape[axis]!, 0);
      return [{ shape: first.shape.map((s, i) => i === axis ? side : s), dtype: first.dtype }];
    },
    evaluate: (inputs, { axis }, [out]) => {
      const result = new Float64Array(sizeOf(out.shape));
      const width = sizeOf(out.shape.slice(axis));
      let column = 0;
      for (const x of inputs) {
        const part = sizeOf(x.shape.slice(axis));
        for (let row = 0; row * part < x.data.length; row++) {
          result.set(x.data.subarray(row * part, (row + 1) * part), row * width + column);
        }
        column += part;
      }
      return [result];
    },
    jvp: (xs, dxs, params): JvpResult<[Tensor]> => {
      const tangents = dxs.map((dx, i) => dx ?? zerosOf(xs[i]!.aval));
      return [bind(concatenateP, xs, params), bind(concatenateP, tangents, params)];
    },
    transpose: ([ct], inputs, { axis }) => {
      let stop = 0;
      return inputs.map((x) => {
        const start = stop;
        stop += isLinear(x) ? x.aval.shape[axis]! : x.shape[axis]!;
        return ct && isLinear(x) ? sliceAxis(ct, { axis, start, stop }) : null;
      });
    },
    batch: (xs, batched, { axis }, size) =>
      bind(concatenateP, xs.map((x, i) => batched[i] ? x : broadcastFront(x, size)), {
        axis: axis + 1,
      }),
  });

function joins(a: Aval, b: Aval, axis: number): boolean {
  return a.dtype === b.dtype && a.shape.length === b.shape.length &&
    a.shape.every((side, i) => i === axis || side === b.shape[i]);
}

/** Zeros of a type, as derivative rules need them. */
export function zerosOf(aval: Aval): Tensor {
  return broadcastInDim(constant(0, aval.dtype), { shape: aval.shape, dims: [] });
}

/**
 * The tensors one after another along an axis, promoted to one dtype.
 *
 * @param xs at least one; sides agree but for the axis
 * @param options `axis`: default 0
 * @throws {ShapeError} if the sides do not fit
 */
export function concatenate(
  xs: readonly Tensor[],
  options: { readonly axis?: number } = {},
): Tensor {
  const first = xs[0];
  const axis = first ? normalizeAxis(options.axis ?? 0, first.shape.length, "concatenate") : 0;
  if (first && xs.length === 1) return first;
  const dtype = xs.map((x) => x.dtype).reduce(promoteTypes, first?.dtype ?? "f32");
  return bind(concatenateP, xs.map((x) => convert(x, dtype)), { axis })[0];
}
