import { alike, type Operand } from "../primitives/_binary.ts";
import { abs, sign } from "../primitives/abs_sign.ts";
import { add } from "../primitives/add.ts";
import { equal } from "../primitives/compare.ts";
import { div } from "../primitives/div.ts";
import { isInf } from "../primitives/is_finite.ts";
import { maximum, minimum } from "../primitives/max_min.ts";
import { mul } from "../primitives/mul.ts";
import { pow, square } from "../primitives/pow.ts";
import { where } from "../primitives/select.ts";
import { sqrt } from "../primitives/sqrt.ts";
import type { Tensor } from "../tensor.ts";

/** √(x² + y²) without overflow. */
export function hypot(x: Operand, y: Operand): Tensor {
  const [a, b] = alike("hypot", x, y);
  const large = maximum(abs(a), abs(b));
  const small = minimum(abs(a), abs(b));
  const ratio = div(small, where(equal(large, 0), 1, large));
  return where(isInf(large), large, mul(large, sqrt(add(1, square(ratio)))));
}

/** Real cube root. */
export function cbrt(x: Tensor): Tensor {
  return mul(sign(x), pow(abs(x), 1 / 3));
}
