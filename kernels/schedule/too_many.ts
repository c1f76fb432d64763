import { bytesOf } from "../../core/internal.ts";
import { bindingsFor } from "../plan/bytes.ts";
import { StoreDemand } from "../lower/value.ts";
import type { Group, Scheduling } from "./groups.ts";
import type { Built } from "./lowering.ts";

/**
 * A kernel of one value that reads more buffers than the machine binds: what makes about half of
 * them is stored first.
 *
 * @throws {StoreDemand} naming it
 */
export function refuseTooMany(s: Scheduling, group: Group, { loads }: Built): void {
  const { machine: { maxBuffers } } = s;
  const buffers = bindingsOf(s, loads, group.members);
  if (buffers <= maxBuffers || group.members.length > 1) return;
  const node = halfOf(s, group, Math.max(2, Math.ceil((loads.size + 1) / 2)));
  if (node < 0) return;
  throw new StoreDemand(node, `Cannot bind ${buffers} buffers: a kernel may have ${maxBuffers}`);
}

/** Buffers that a kernel binds for what it reads and stores, large arrays counting as several. */
export function bindingsOf(
  { norm: { nodes }, machine: { bindingBytes = Infinity } }: Pick<Scheduling, "norm" | "machine">,
  loads: ReadonlySet<number>,
  members: readonly number[],
): number {
  let count = 0;
  for (const i of [...loads, ...members]) {
    const { dtype, size } = nodes[i]!;
    count += bindingsFor(bytesOf(dtype) * size, bindingBytes);
  }
  return count;
}

/** The value below a group that is made of the most arrays, `limit` at most; -1 for none. */
function halfOf({ norm, stored }: Scheduling, { members, part }: Group, limit: number): number {
  const { nodes } = norm;
  const whole = nodes[members[0]!]!;
  const isLeaf = (i: number): boolean => nodes[i]!.kind === "input" || stored[i] === 1;
  const cone = new Set(part >= 0 ? [whole.inputs[part]!] : whole.inputs);
  for (const i of cone) if (!isLeaf(i)) { for (const k of nodes[i]!.inputs) cone.add(k); }
  const leaves = new Map<number, ReadonlySet<number>>();
  let best = -1;
  // Operands have lower numbers than what is made of them.
  for (const i of [...cone].sort((a, b) => a - b)) {
    const below = nodes[i]!.inputs.flatMap((k) => [...leaves.get(k) ?? []]);
    const own: ReadonlySet<number> = isLeaf(i) ? new Set([i]) : new Set(below);
    leaves.set(i, own);
    const isValue = !isLeaf(i) && nodes[i]!.kind === "elementwise";
    if (!isValue || own.size > limit || own.size < 2) continue;
    if (best < 0 || own.size > leaves.get(best)!.size) best = i;
  }
  return best;
}
