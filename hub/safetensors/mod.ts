/**
 * The safetensors format: named tensors in one file, read by slices.
 *
 * @module
 */
export type { FileDType } from "./dtypes.ts";
export type { SafetensorsHeader, TensorInfo } from "./header.ts";
export * from "./read.ts";
export * from "./write.ts";
