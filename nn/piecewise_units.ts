import {
  add,
  clip,
  div,
  greater,
  greaterEqual,
  less,
  lessEqual,
  mul,
  square,
  type Tensor,
  where,
} from "../core/mod.ts";
import { relu6 } from "./rectifiers.ts";

/** x between -1 and 1, which are the values beyond; the derivative at the kinks is 1. */
export function hardTanh(x: Tensor): Tensor {
  return where(greater(x, 1), 1, where(less(x, -1), -1, x));
}

/** min(max(x + 3, 0), 6) / 6: a sigmoid of three straight pieces. */
export function hardSigmoid(x: Tensor): Tensor {
  return div(relu6(add(x, 3)), 6);
}

/**
 * x · hardSigmoid(x), also called hard swish.
 *
 * @see Howard et al. 2019, arXiv:1905.02244
 */
export function hardSilu(x: Tensor): Tensor {
  return mul(x, hardSigmoid(x));
}

/** (x + 1) / 2 between -1 and 1, 0 below and 1 above: the derivative of `sparsePlus`. */
export function sparseSigmoid(x: Tensor): Tensor {
  return mul(0.5, clip(add(x, 1), 0, 2));
}

/** A softplus that is exactly 0 up to -1 and x from 1 on; (x + 1)² / 4 between. */
export function sparsePlus(x: Tensor): Tensor {
  const middle = div(square(add(x, 1)), 4);
  return where(lessEqual(x, -1), 0, where(greaterEqual(x, 1), x, middle));
}
