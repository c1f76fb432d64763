import { alike, type Operand } from "../primitives/_binary.ts";
import { abs } from "../primitives/abs_sign.ts";
import { add } from "../primitives/add.ts";
import { bitwiseOr } from "../primitives/bitwise.ts";
import { equal } from "../primitives/compare.ts";
import { div } from "../primitives/div.ts";
import { isInf } from "../primitives/is_finite.ts";
import { maximum, minimum } from "../primitives/max_min.ts";
import { mul } from "../primitives/mul.ts";
import { square } from "../primitives/pow.ts";
import { where } from "../primitives/select.ts";
import { sqrt } from "../primitives/sqrt.ts";
import type { Tensor } from "../tensor.ts";

/** √(x² + y²) without overflow; infinite if either operand is, even beside NaN. */
export function hypot(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("hypot", x, y);
  const large = maximum(abs(a), abs(b));
  const small = minimum(abs(a), abs(b));
  const infinite = bitwiseOr(isInf(a), isInf(b));
  const ratio = div(small, where(equal(large, 0), 1, large));
  return where(infinite, Infinity, mul(large, sqrt(add(1, square(ratio)))));
}
