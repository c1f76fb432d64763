import { type Aval, broadcastTo, constant, type Tensor } from "../core/mod.ts";

/** The zero of a type: what a symbolic zero becomes where a rule must have a value. */
export function zerosOf(aval: Aval): Tensor {
  return broadcastTo(constant(0, aval.dtype), aval.shape);
}
