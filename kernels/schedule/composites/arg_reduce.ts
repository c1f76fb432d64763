import {
  bitwiseOr,
  convert,
  equal,
  iota,
  isFloat,
  max,
  min,
  notEqual,
  type Tensor,
  where,
} from "../../../core/mod.ts";
import type { Composite } from "./composite.ts";

/** The first index whose element is the extremum, or NaN; two reductions of the same rows. */
function argReduce(reduce: typeof max): Composite {
  return {
    when: ({ inputs }) => inputs[0]!.dtype !== "f64",
    make: ([x], { params: { axis } }) => {
      const values = x!.dtype === "bool" ? convert(x!, "i32") : x!;
      const best = reduce(values, { axes: [axis], keepDims: true });
      const isBest = equal(values, best);
      const hit: Tensor = isFloat(values.dtype)
        ? bitwiseOr(isBest, notEqual(values, values))
        : isBest;
      const places = iota(values.shape, { axis, dtype: "i32" });
      return [min(where(hit, places, values.shape[axis]!), { axes: [axis] })];
    },
  };
}

/** argmax. */
export const argmaxComposite: Composite = argReduce(max);

/** argmin. */
export const argminComposite: Composite = argReduce(min);
