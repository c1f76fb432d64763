import type { GpuPiece, Memory } from "./memory.ts";

/**
 * The buffers in which programs keep what only lives inside them. Programs run one at a time, but for
 * those of loops: they have the buffers of their depth.
 */
export type Slots = {
  /** One buffer for each size, which come largest first. */
  readonly reserve: (sizes: readonly number[], depth: number) => readonly GpuPiece[];
};

/** No slots yet. */
export function newSlots(memory: Memory): Slots {
  const levels: GpuPiece[][] = [];
  return {
    reserve: (sizes, depth) => {
      const pieces = levels[depth] ??= [];
      sizes.forEach((bytes, i) => {
        const known = pieces[i];
        if (known && known.bytes >= bytes && !memory.isFailed(known)) return;
        if (known) memory.drop(known);
        pieces[i] = memory.reserve(bytes);
      });
      return pieces;
    },
  };
}
