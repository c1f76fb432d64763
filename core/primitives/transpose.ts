import { bind } from "../bind.ts";
import { ShapeError } from "../errors.ts";
import { formatShape, normalizeAxis, range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { permuted } from "./_positions.ts";
import { defineStructural, type StructuralPrimitive } from "./_structural.ts";

/** Axis i of the result is axis perm[i] of the operand. */
export type TransposeParams = { readonly perm: readonly number[] };

/** Axis i of y is axis perm[i] of x. */
export const transposeP: StructuralPrimitive<TransposeParams> = defineStructural<TransposeParams>(
  "transpose",
  {
    infer: (x, { perm }) => {
      if (perm.length !== x.shape.length || new Set(perm).size !== perm.length) {
        throw new ShapeError(
          `Cannot transpose ${formatShape(x.shape)} by [${perm}]: ` +
            `each of its ${x.shape.length} axes must be named once`,
          "transpose",
          [x.shape],
        );
      }
      return perm.map((axis) => x.shape[axis]!);
    },
    evaluate: (x, { perm }) => permuted(x.data, x.shape, perm),
    transpose: (ct, _x, { perm }) => transpose(ct, inverse(perm)),
    batch: ({ perm }) => ({ perm: [0, ...perm.map((axis) => axis + 1)] }),
  },
);

/**
 * `x` with its axes in another order: axis i of the result is axis perm[i] of `x`.
 *
 * @param x any shape
 * @param perm every axis once, negative ones from the end; reversed if left out
 * @throws {ShapeError} if `perm` is no permutation of the axes
 */
export function transpose(x: Tensor, perm?: readonly number[]): Tensor {
  const rank = x.shape.length;
  const full = perm?.map((axis) => normalizeAxis(axis, rank, "transpose")) ?? range(rank).reverse();
  const identity = full.length === rank && full.every((axis, i) => axis === i);
  return identity ? x : bind(transposeP, [x], { perm: full })[0];
}

/** The permutation that undoes `perm`. */
function inverse(perm: readonly number[]): number[] {
  const back = range(perm.length);
  perm.forEach((axis, i) => back[axis] = i);
  return back;
}

/** `x` with the axes `source` at the places `destination` and the others in their order. */
export function moveAxis(
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  const rank = x.shape.length;
  const list = (axes: number | readonly number[]): number[] =>
    (typeof axes === "number" ? [axes] : axes).map((a) => normalizeAxis(a, rank, "moveAxis"));
  const from = list(source);
  const to = list(destination);
  const rest = range(rank).filter((axis) => !from.includes(axis));
  const perm = range(rank).map((place) => {
    const i = to.indexOf(place);
    return i >= 0 ? from[i]! : rest.shift()!;
  });
  return transpose(x, perm);
}

/** `x` with two axes exchanged. */
export function swapAxes(x: Tensor, a: number, b: number): Tensor {
  const perm = range(x.shape.length);
  const i = normalizeAxis(a, perm.length, "swapAxes");
  const j = normalizeAxis(b, perm.length, "swapAxes");
  perm[i] = j;
  perm[j] = i;
  return transpose(x, perm);
}
