import type { Aval } from "../../core/mod.ts";
import { bytesOf, sizeOf } from "../../core/internal.ts";

/** Bytes that an array takes in memory. */
export function bytesOfAval({ dtype, shape }: Aval): number {
  return bytesOf(dtype) * sizeOf(shape);
}

/** Bindings that an array of so many bytes takes in a kernel, each reaching `bindingBytes` of it. */
export function bindingsFor(bytes: number, bindingBytes: number): number {
  return Math.max(1, Math.ceil(bytes / bindingBytes));
}
