import {
  allPrimitives,
  bind,
  convert,
  isFloat,
  mul,
  notEqual,
  reshape,
  type Tensor,
  transpose,
} from "../../../core/mod.ts";
import { dotGeneralP, freeAxes, reduceSumP, sizeOf } from "../../../core/internal.ts";
import type { Composite } from "./composite.ts";

/** Products of integers, which wrap: each is a row's sum of products. */
export const integerProductComposite: Composite = {
  when: ({ inputs }) => !isFloat(inputs[0]!.dtype),
  make: ([x, y], { params, outputs }) => {
    if (x!.dtype === "bool") {
      const wide = [convert(x!, "i32"), convert(y!, "i32")] as const;
      return [notEqual(bind(dotGeneralP, wide, params)[0], 0)];
    }
    const { contract, batch } = params;
    const { left, right } = freeAxes(x!.shape.length, y!.shape.length, params);
    const sides = (t: Tensor, axes: readonly number[]): number =>
      sizeOf(axes.map((axis) => t.shape[axis]!));
    const ordered = (t: Tensor, side: 0 | 1, free: readonly number[]): Tensor => {
      const perm = [...batch[side], ...free, ...contract[side]];
      const moved = transpose(t, perm);
      // So that the rows read what they sum in order.
      return perm.every((axis, i) => axis === i) ? moved : stored(moved);
    };
    const [b, k] = [sides(x!, batch[0]), sides(x!, contract[0])];
    const rows = reshape(ordered(x!, 0, left), [b, sides(x!, left), 1, k]);
    const columns = reshape(ordered(y!, 1, right), [b, 1, sides(y!, right), k]);
    const sum = bind(reduceSumP, [mul(rows, columns)], { axes: [3] })[0];
    return [reshape(sum, outputs[0]!.shape)];
  },
};

/** `x` in memory, which every concatenation is, also that of one part. */
function stored(x: Tensor): Tensor {
  return bind(allPrimitives().get("concatenate")!, [x], { axis: 0 })[0]!;
}
