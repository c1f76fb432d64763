import type { Group } from "./groups.ts";
import type { Norm } from "./node.ts";

/** Ready groups that are compared. */
const WINDOW = 64;

/**
 * An order of the groups: among those whose operands are there, the one that frees most memory net,
 * else the first in program order.
 */
export function orderGroups(
  { nodes }: Norm,
  groups: readonly Group[],
  isWritten: (node: number) => boolean,
): Group[] {
  const last = (group: Group): number => group.members.at(-1)!;
  const sorted = groups.slice().sort((a, b) => last(a) - last(b) || a.id - b.id);
  const readers = new Map<number, number>();
  const waiting = new Map<Group, number>();
  const after = new Map<Group, Group[]>();
  for (const group of sorted) {
    for (const node of group.loads) readers.set(node, (readers.get(node) ?? 0) + 1);
    waiting.set(group, group.before.size);
    for (const other of group.before) {
      const list = after.get(other);
      if (list) list.push(group);
      else after.set(other, [group]);
    }
  }
  const score = (group: Group): number => {
    let freed = 0;
    for (const node of group.loads) {
      const isInput = nodes[node]!.kind === "input";
      if (!isInput && readers.get(node) === 1) freed += nodes[node]!.size;
    }
    for (const member of group.members) if (isWritten(member)) freed -= nodes[member]!.size;
    return freed;
  };
  const ready = sorted.filter((group) => waiting.get(group) === 0);
  const result: Group[] = [];
  while (ready.length > 0) {
    let best = 0;
    let most = 0;
    for (let i = 0; i < Math.min(WINDOW, ready.length); i++) {
      const freed = score(ready[i]!);
      if (freed > most) [best, most] = [i, freed];
    }
    const [group] = ready.splice(best, 1);
    result.push(group!);
    for (const node of group!.loads) readers.set(node, readers.get(node)! - 1);
    for (const next of after.get(group!) ?? []) {
      const left = waiting.get(next)! - 1;
      waiting.set(next, left);
      if (left === 0) insert(ready, next, last);
    }
  }
  if (result.length < groups.length) {
    throw new Error("Cannot order the kernels: they wait in a circle");
  }
  return result;
}

/** Keeps the ready groups in program order. */
function insert(ready: Group[], group: Group, last: (group: Group) => number): void {
  let low = 0;
  let high = ready.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (last(ready[middle]!) < last(group)) low = middle + 1;
    else high = middle;
  }
  ready.splice(low, 0, group);
}
