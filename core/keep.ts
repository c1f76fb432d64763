import type { AnyPrimitive } from "./primitive.ts";

/** Views, and values that are made from smaller ones: computed again wherever they are needed. */
const CHEAP = new Set([
  "constant",
  "iota",
  "broadcast_in_dim",
  "reshape",
  "transpose",
  "slice",
  "rev",
  "windows",
  "convert_element_type",
  "stop_gradient",
  "fence",
]);

/** Whether an evaluation never keeps results of this primitive. */
export function isCheap(primitive: AnyPrimitive): boolean {
  return CHEAP.has(primitive.name);
}
