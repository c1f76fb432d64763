import { type DType, promoteTypes } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { concatenate } from "../primitives/concatenate.ts";
import { convert } from "../primitives/convert.ts";
import { reshape } from "../primitives/reshape.ts";
import { sliceAxis } from "../primitives/slice_pad.ts";
import { formatShape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { treeFlatten, treeUnflatten } from "../tree.ts";
import type { Tree } from "../structured.ts";
import { zeros } from "./full.ts";

/**
 * The leaves of a tree as one vector, and the way back, for what wants a vector: a Hessian, a line
 * search, an optimizer from a textbook.
 *
 * @param tree leaves of any shapes; those of several dtypes have their common one in the vector
 * @returns the vector [N], and a function from such a vector to a tree like the given one
 * @example There and back
 * ```ts
 * import { tensor, treeRavel } from "../mod.ts";
 * const [vector, unravel] = treeRavel({ a: tensor([[1, 2]]), b: tensor(3) });
 * if (vector.shape[0] !== 3) throw new Error("unexpected shape");
 * if (unravel(vector).a.shape.join() !== "1,2") throw new Error("unexpected shape");
 * ```
 */
export function treeRavel<T extends Tree>(
  tree: T,
): readonly [vector: Tensor, unravel: (vector: Tensor) => T] {
  const [leaves, def] = treeFlatten(tree);
  const avals = leaves.map((x) => x.aval);
  const dtype = avals.map((aval) => aval.dtype).reduce<DType | null>(
    (common, own) => common === null ? own : promoteTypes(common, own),
    null,
  ) ?? "f32";
  const count = avals.reduce((sum, aval) => sum + sizeOf(aval.shape), 0);
  const flat = leaves.map((x) => reshape(convert(x, dtype), [sizeOf(x.shape)]));
  const vector = flat.length === 0 ? zeros([0]) : concatenate(flat, { axis: 0 });
  const unravel = (vector: Tensor): T => {
    if (vector.shape.length !== 1 || vector.shape[0] !== count) {
      throw new ShapeError(
        `Cannot unravel a tensor of shape ${formatShape(vector.shape)}: the tree has ${count} ` +
          `elements; give a vector of [${count}]`,
        "unravel",
        [vector.shape],
      );
    }
    let start = 0;
    return treeUnflatten(
      def,
      avals.map(({ shape, dtype }) => {
        const stop = start + sizeOf(shape);
        const part = sliceAxis(vector, { axis: 0, start, stop });
        start = stop;
        return convert(reshape(part, shape), dtype);
      }),
    ) as T;
  };
  return [vector, unravel];
}
