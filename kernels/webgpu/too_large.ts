import type { Aval, Graph } from "../../core/mod.ts";
import { bytesOf, sizeOf } from "../../core/internal.ts";
import type { BufferPlan } from "../ir/types.ts";

/** Refuses an array that no buffer of the device can hold. */
export function tooLarge(what: string, bytes: number, maxBytes: number): RangeError {
  return new RangeError(
    `Cannot allocate ${what} of ${bytes} bytes on the WebGPU device: a buffer of it has ` +
      `${maxBytes} at most; use a smaller batch or sequence, split the array, or call ` +
      `setDevice("cpu")`,
  );
}

/** "f32[2, 3]". */
export function nameOfAval({ dtype, shape }: Aval): string {
  return `${dtype}[${shape.join(", ")}]`;
}

/** The refusal of a schedule's first buffer that is too large; null if all fit. */
export function firstTooLarge(
  buffers: readonly BufferPlan[],
  { avals }: Graph,
  maxBytes: number,
): RangeError | null {
  for (const { dtype, size } of buffers) {
    const bytes = bytesOf(dtype) * size;
    if (bytes <= maxBytes) continue;
    // Buffers know their sizes alone: a value of the Graph that is as large is most likely it.
    const aval = avals.find((aval) => aval.dtype === dtype && sizeOf(aval.shape) === size);
    return tooLarge(nameOfAval(aval ?? { dtype, shape: [size] }), bytes, maxBytes);
  }
  return null;
}
