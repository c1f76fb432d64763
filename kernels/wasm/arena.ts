import { spaceFor } from "./spacing.ts";

/** Something that lives in the arena from one step to another, both included. */
export type Item = {
  readonly id: number;
  readonly bytes: number;
  readonly birth: number;
  readonly death: number;
};

/** Where everything lies, and how large the arena is. */
export type ArenaPlan = { readonly offsets: ReadonlyMap<number, number>; readonly bytes: number };

type Placed = { start: number; end: number; birth: number; death: number };

/**
 * Offsets for items so that no two that live at once overlap: the largest first, each into the
 * smallest gap that holds it.
 */
export function planArena(items: readonly Item[]): ArenaPlan {
  const offsets = new Map<number, number>();
  const placed: Placed[] = []; // by start
  let total = 0;
  const order = [...items].sort((a, b) => b.bytes - a.bytes || a.birth - b.birth || a.id - b.id);
  for (const { id, bytes, birth, death } of order) {
    const size = spaceFor(bytes);
    const start = place(placed, size, birth, death);
    const at = placed.findIndex((other) => other.start > start);
    placed.splice(at < 0 ? placed.length : at, 0, { start, end: start + size, birth, death });
    offsets.set(id, start);
    total = Math.max(total, start + size);
  }
  return { offsets, bytes: total };
}

function place(placed: readonly Placed[], size: number, birth: number, death: number): number {
  let end = 0;
  let best = -1;
  let gap = Infinity;
  for (const other of placed) {
    if (other.birth > death || birth > other.death) continue;
    const room = other.start - end;
    if (room >= size && room < gap) {
      best = end;
      gap = room;
    }
    end = Math.max(end, other.end);
  }
  return best < 0 ? end : best;
}
