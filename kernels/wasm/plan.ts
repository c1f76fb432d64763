import type { Schedule } from "../ir/types.ts";
import { memoriesOf } from "../plan/memory.ts";
import { type ArenaPlan, type Item, planArena } from "./arena.ts";

/** Where a buffer's memory comes from: an input's block, a new block, or the arena. */
export type Place =
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "block"; readonly number: number }
  | { readonly kind: "arena"; readonly offset: number };

/** Memory of a program. */
export type MemoryPlan = {
  /** By slot: buffers first, in the order of the schedule, then workspaces. */
  readonly places: readonly Place[];
  readonly slotOf: (buffer: number) => number;
  /** Bytes of the new blocks. */
  readonly blocks: readonly number[];
  readonly arena: ArenaPlan;
};

/** Memory that one kernel needs for itself. */
export type Workspace = { readonly kernel: number; readonly bytes: number };

/** Decides where every buffer of a schedule and every workspace lies. */
export function planMemory(schedule: Schedule, workspaces: readonly Workspace[]): MemoryPlan {
  const { buffers } = schedule;
  const slots = new Map(buffers.map((buffer, slot) => [buffer.id, slot]));
  const slotOf = (id: number): number => slots.get(id)!;
  const memories = memoriesOf(schedule);
  const places: Place[] = [];
  const blocks: number[] = [];
  const items: Item[] = [];
  for (const { members, bytes, birth, death, home } of memories) {
    if (home.kind === "temporary") {
      items.push({ id: members[0]!, bytes, birth, death });
      continue;
    }
    const place: Place = home.kind === "input"
      ? home
      : { kind: "block", number: blocks.push(bytes) - 1 };
    for (const slot of members) places[slot] = place;
  }
  workspaces.forEach(({ kernel, bytes }, i) => {
    items.push({ id: buffers.length + i, bytes, birth: kernel, death: kernel });
  });
  const arena = planArena(items);
  const inArena = (id: number): Place => ({ kind: "arena", offset: arena.offsets.get(id)! });
  for (const { members } of memories) {
    for (const slot of members) places[slot] ??= inArena(members[0]!);
  }
  workspaces.forEach((_, i) => places.push(inArena(buffers.length + i)));
  return { places, slotOf, blocks, arena };
}
