import { bytesOf } from "../../core/mod.ts";
import type { BufferPlan, Schedule } from "../ir/types.ts";
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
  const groups = groupByAlias(buffers, slotOf);
  const places: Place[] = [];
  const blocks: number[] = [];
  const items: Item[] = [];
  for (const slotsOfGroup of groups) {
    const members = slotsOfGroup.map((slot) => buffers[slot]!);
    const bytes = Math.max(...members.map((buffer) => bytesOf(buffer.dtype) * buffer.size));
    const input = members.find((buffer) => buffer.role.kind === "input");
    let place: Place | null = null;
    if (input?.role.kind === "input") place = { kind: "input", index: input.role.index };
    else if (members.some((buffer) => buffer.role.kind === "output")) {
      place = { kind: "block", number: blocks.push(bytes) - 1 };
    } else items.push({ id: slotsOfGroup[0]!, bytes, ...lifetime(members) });
    if (place) { for (const slot of slotsOfGroup) places[slot] = place; }
  }
  workspaces.forEach(({ kernel, bytes }, i) => {
    items.push({ id: buffers.length + i, bytes, birth: kernel, death: kernel });
  });
  const arena = planArena(items);
  const inArena = (id: number): Place => ({ kind: "arena", offset: arena.offsets.get(id)! });
  for (const group of groups) {
    for (const slot of group) places[slot] ??= inArena(group[0]!);
  }
  workspaces.forEach((_, i) => places.push(inArena(buffers.length + i)));
  return { places, slotOf, blocks, arena };
}

function lifetime(members: readonly BufferPlan[]): { birth: number; death: number } {
  return {
    birth: Math.min(...members.map((buffer) => buffer.birth)),
    death: Math.max(...members.map((buffer) => buffer.death)),
  };
}

/** Slots of the buffers that share memory, by the buffer at the root of the aliases. */
function groupByAlias(
  buffers: readonly BufferPlan[],
  slotOf: (id: number) => number,
): number[][] {
  const groups = new Map<number, number[]>();
  buffers.forEach((buffer, slot) => {
    let root = buffer;
    while (root.alias !== null) root = buffers[slotOf(root.alias)]!;
    const group = groups.get(root.id);
    if (group) group.push(slot);
    else groups.set(root.id, [slot]);
  });
  return [...groups.values()];
}
