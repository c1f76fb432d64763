import { bind } from "../bind.ts";
import { isFloat } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import type { UnaryPrimitive } from "./_elementwise.ts";
import { convert } from "./convert.ts";

/** Applies a unary primitive to `x` as it is. */
export function unary(primitive: UnaryPrimitive, x: Tensor): Tensor {
  return bind(primitive, [x], null)[0];
}

/** Applies a unary primitive that takes floats; integers and bool become f32 first. */
export function unaryFloat(primitive: UnaryPrimitive, x: Tensor): Tensor {
  return unary(primitive, asFloat(x));
}

/** `x` if it is a float, else `x` in f32. */
export function asFloat(x: Tensor): Tensor {
  return isFloat(x.dtype) ? x : convert(x, "f32");
}
