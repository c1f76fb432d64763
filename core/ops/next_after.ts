import { bitcast } from "../primitives/bitcast.ts";
import { add } from "../primitives/add.ts";
import { bitwiseOr } from "../primitives/bitwise.ts";
import { equal, greater, less } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import { isNan } from "../primitives/is_finite.ts";
import { where } from "../primitives/select.ts";
import type { Tensor } from "../tensor.ts";

/** The f32 number next to `x` in the direction of `y`; `y` itself where they are equal. */
export function nextAfter(x: Tensor, y: Tensor): Tensor {
  const [a, b] = [convert(x, "f32"), convert(y, "f32")];
  const away = equal(greater(b, a), greater(a, 0));
  // Numbers of one sign are ordered as their bits.
  const next = bitcast(add(bitcast(a, "i32"), convert(where(away, 1, -1), "i32")), "f32");
  const smallest = where(less(b, 0), -(2 ** -149), 2 ** -149);
  const moved = where(equal(a, 0), smallest, next);
  const lost = bitwiseOr(isNan(a), isNan(b));
  return where(lost, NaN, where(equal(a, b), b, moved));
}
