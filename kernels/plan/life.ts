import type { ScheduledKernel } from "../ir/types.ts";
import { type Access, accessOf } from "./access.ts";

/** When each buffer is touched first and last, and by how many kernels it is written. */
export type Lives = {
  readonly accesses: readonly Access[];
  readonly birth: Int32Array;
  readonly death: Int32Array;
  readonly writers: Int32Array;
};

/** Lifetimes: inputs are born before kernel 0, outputs live to the last kernel. */
export function livesOf(
  kernels: readonly ScheduledKernel[],
  buffers: number,
  inputs: readonly number[],
  outputs: readonly number[],
): Lives {
  const accesses = kernels.map((kernel) => accessOf(kernel.ir));
  const birth = new Int32Array(buffers).fill(-2);
  const death = new Int32Array(buffers).fill(-1);
  const writers = new Int32Array(buffers);
  for (const buffer of inputs) birth[buffer] = -1;
  accesses.forEach(({ reads, writes }, at) => {
    for (const set of [reads, writes]) {
      for (const buffer of set) {
        if (birth[buffer] === -2) birth[buffer] = at;
        death[buffer] = at;
      }
    }
    for (const buffer of writes) writers[buffer]!++;
  });
  for (const buffer of outputs) death[buffer] = Math.max(0, kernels.length - 1);
  return { accesses, birth, death, writers };
}
