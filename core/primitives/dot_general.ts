import { bind } from "../bind.ts";
import { type DType, promoteTypes } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { definePrimitive, isLinear, known, type Primitive } from "../primitive.ts";
import { formatAval, normalizeAxis, otherAxes, range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { addTangents } from "./add.ts";
import { convert } from "./convert.ts";
import { type AxisPairs, dotHost, type DotParams } from "./_dot_host.ts";
import { transpose } from "./transpose.ts";

/** z[b, m, n] = Σₖ x[b, m, k] · y[b, n, k] for any number of axes of each kind; bilinear. */
export const dotGeneralP: Primitive<[Tensor, Tensor], [Tensor], DotParams> = definePrimitive<
  [Tensor, Tensor],
  [Tensor],
  DotParams
>({
  name: "dot_general",
  infer: ([x, y], params) => {
    const { contract, batch } = params;
    for (const [lhs, rhs] of [contract, batch]) {
      const odd = lhs.findIndex((axis, i) => x.shape[axis] !== y.shape[rhs[i]!]);
      if (lhs.length === rhs.length && odd < 0) continue;
      throw new ShapeError(
        `Cannot multiply ${formatAval(x)} and ${formatAval(y)} over axes [${lhs}] and [${rhs}]: ` +
          `sides ${x.shape[lhs[odd]!]} and ${y.shape[rhs[odd]!]} differ`,
        "dot_general",
        [x.shape, y.shape],
      );
    }
    if (x.dtype !== y.dtype) {
      throw new ShapeError(
        `Cannot multiply ${formatAval(x)} and ${formatAval(y)}: the dtypes differ; convert one`,
        "dot_general",
        [x.shape, y.shape],
      );
    }
    const { left, right } = freeAxes(x.shape.length, y.shape.length, params);
    const sides = (shape: readonly number[], axes: readonly number[]): number[] =>
      axes.map((axis) => shape[axis]!);
    const shape = [
      ...sides(x.shape, batch[0]),
      ...sides(x.shape, left),
      ...sides(y.shape, right),
    ];
    return [{ shape, dtype: x.dtype }];
  },
  evaluate: ([x, y], params) => [dotHost(x, y, params)],
  jvp: ([x, y], [dx, dy], params) => [
    bind(dotGeneralP, [x, y], params),
    [addTangents(
      dx && bind(dotGeneralP, [dx, y], params)[0],
      dy && bind(dotGeneralP, [x, dy], params)[0],
    )],
  ],
  transpose: ([ct], [x, y], params) => [
    ct && isLinear(x) ? pullBack(ct, x.aval.shape.length, known(y), params, "left") : null,
    ct && isLinear(y) ? pullBack(ct, y.aval.shape.length, known(x), params, "right") : null,
  ],
  batch: ([x, y], [bx, by], { contract, batch }) => {
    const up = (axes: readonly number[]): number[] => axes.map((axis) => axis + 1);
    if (bx && by) {
      return bind(dotGeneralP, [x, y], {
        contract: [up(contract[0]), up(contract[1])],
        batch: [[0, ...up(batch[0])], [0, ...up(batch[1])]],
      });
    }
    const z = bind(dotGeneralP, [x, y], {
      contract: bx ? [up(contract[0]), contract[1]] : [contract[0], up(contract[1])],
      batch: bx ? [up(batch[0]), batch[1]] : [batch[0], up(batch[1])],
    })[0];
    // The batch is the first free axis of its operand.
    const free = bx ? 0 : x.shape.length - contract[0].length - batch[0].length;
    const at = batch[0].length + free;
    return [transpose(z, [at, ...range(z.shape.length).filter((axis) => axis !== at)])];
  },
});

/** The axes of each operand that are neither summed nor shared, ascending. */
export function freeAxes(
  leftRank: number,
  rightRank: number,
  { contract, batch }: DotParams,
): { readonly left: number[]; readonly right: number[] } {
  return {
    left: otherAxes(leftRank, [...contract[0], ...batch[0]]),
    right: otherAxes(rightRank, [...contract[1], ...batch[1]]),
  };
}

/**
 * Cotangent of one operand: the product of `ct` with the other one over the other one's free axes,
 * with its axes put back into the operand's order.
 */
function pullBack(
  ct: Tensor,
  rank: number,
  other: Tensor,
  { contract, batch }: DotParams,
  side: "left" | "right",
): Tensor {
  const [own, its] = side === "left" ? [0, 1] as const : [1, 0] as const;
  const shared = batch[own].length;
  const free = otherAxes(rank, [...contract[own], ...batch[own]]);
  const otherFree = otherAxes(other.shape.length, [...contract[its], ...batch[its]]);
  const skip = shared + (side === "left" ? free.length : 0);
  const product = bind(dotGeneralP, [ct, other], {
    contract: [otherFree.map((_, i) => skip + i), otherFree],
    batch: [range(shared), batch[its]],
  })[0]; // [batch, own free, the other's summed axes in ascending order]
  const summed = otherAxes(other.shape.length, [...otherFree, ...batch[its]])
    .map((axis) => contract[own][contract[its].indexOf(axis)]!);
  const places = [...batch[own], ...free, ...summed]; // axis i of product is axis places[i]
  return transpose(product, range(rank).map((axis) => places.indexOf(axis)));
}

/**
 * Product of two tensors over any axes: Σ over `contract`, side by side over `batch`. The axes of
 * the result are the batch axes, the rest of `x`, the rest of `y`.
 *
 * Products of f16 and bf16 accumulate in f32 and round once.
 *
 * @param x any shape
 * @param y any shape; promoted with `x` to one dtype
 * @param options `contract` and `batch`: axes of `x` and of `y`, in pairs; `dtype`: of the operands
 * and the result, by default the promoted one
 * @throws {ShapeError} if paired sides differ
 * @example A matrix product
 * ```ts
 * import { dotGeneral, tensor } from "../mod.ts";
 * const x = tensor([[1, 2], [3, 4]]);
 * const z = dotGeneral(x, tensor([[5], [6]]), { contract: [[1], [0]] });
 * if (z.shape.join() !== "2,1") throw new Error("unexpected shape");
 * ```
 */
export function dotGeneral(
  x: Tensor,
  y: Tensor,
  options: { readonly contract: AxisPairs; readonly batch?: AxisPairs; readonly dtype?: DType },
): Tensor {
  const dtype = options.dtype ?? promoteTypes(x.dtype, y.dtype);
  const front = ([lhs, rhs]: AxisPairs): AxisPairs => [
    lhs.map((axis) => normalizeAxis(axis, x.shape.length, "dotGeneral")),
    rhs.map((axis) => normalizeAxis(axis, y.shape.length, "dotGeneral")),
  ];
  const params = { contract: front(options.contract), batch: front(options.batch ?? [[], []]) };
  return bind(dotGeneralP, [convert(x, dtype), convert(y, dtype)], params)[0];
}
