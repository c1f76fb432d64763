import {
  bind,
  convert,
  dotGeneralP,
  freeAxes,
  isFloat,
  mul,
  notEqual,
  reduceSumP,
  reshape,
  sizeOf,
  type Tensor,
  transpose,
} from "../../../core/mod.ts";
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
    const ordered = (t: Tensor, side: 0 | 1, free: readonly number[]): Tensor =>
      transpose(t, [...batch[side], ...free, ...contract[side]]);
    const [b, k] = [sides(x!, batch[0]), sides(x!, contract[0])];
    const rows = reshape(ordered(x!, 0, left), [b, sides(x!, left), 1, k]);
    const columns = reshape(ordered(y!, 1, right), [b, 1, sides(y!, right), k]);
    const sum = bind(reduceSumP, [mul(rows, columns)], { axes: [3] })[0];
    return [reshape(sum, outputs[0]!.shape)];
  },
};
