import type { SharedMemory } from "../plan/memory.ts";

/** Where a memory of a program comes from. */
export type Place =
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "output"; readonly bytes: number }
  | { readonly kind: "slot"; readonly number: number };

/** Something that lives in a slot from one kernel to another, both included. */
export type Item = { readonly bytes: number; readonly birth: number; readonly death: number };

/** The memories of a program. */
export type SlotPlan = {
  /** By memory: those of the schedule, then workspaces. */
  readonly places: readonly Place[];
  /** Bytes of the slots, largest first. */
  readonly slots: readonly number[];
};

/**
 * Decides where every memory lies. What only lives inside the program shares slots, each a buffer of
 * its own: two parts of one buffer could not be read and written by one kernel.
 */
export function planSlots(
  memories: readonly SharedMemory[],
  workspaces: readonly Item[],
): SlotPlan {
  const places: Place[] = [];
  const items: { memory: number; item: Item }[] = [];
  memories.forEach((item, memory) => {
    const { home, bytes } = item;
    if (home.kind === "input") places[memory] = home;
    else if (home.kind === "output") places[memory] = { kind: "output", bytes };
    else items.push({ memory, item });
  });
  workspaces.forEach((item, i) => items.push({ memory: memories.length + i, item }));
  const { of, slots } = colour(items.map(({ item }) => item));
  items.forEach(({ memory }, i) => places[memory] = { kind: "slot", number: of[i]! });
  return { places, slots };
}

/** A slot for every item, so that no two that live at once share; largest first, best fit. */
export function colour(
  items: readonly Item[],
): { readonly of: readonly number[]; readonly slots: readonly number[] } {
  const order = [...items.keys()].sort((a, b) => items[b]!.bytes - items[a]!.bytes || a - b);
  const slots: { readonly bytes: number; readonly held: Item[] }[] = [];
  const of: number[] = [];
  for (const i of order) {
    const item = items[i]!;
    const isFree = ({ held }: typeof slots[number]): boolean =>
      held.every(({ birth, death }) => death < item.birth || item.death < birth);
    // Slots are made in the order of their sizes, so that the last free one fits best.
    let slot = slots.findLastIndex(isFree);
    if (slot < 0) slot = slots.push({ bytes: item.bytes, held: [] }) - 1;
    slots[slot]!.held.push(item);
    of[i] = slot;
  }
  return { of, slots: slots.map(({ bytes }) => bytes) };
}
