import type { Scheduling } from "./groups.ts";
import type { Node } from "./node.ts";
import { stripSameMemory } from "./store.ts";

/** The node in whose memory an update happens, since nobody else uses it; else -1. */
export function updatedInPlace(s: Scheduling, node: Node): number {
  const { norm, stored, consumers } = s;
  const operand = stripSameMemory(norm.nodes, stored, node.inputs[0]!);
  const source = norm.nodes[operand]!;
  const owned = source.kind === "input"
    ? s.donated[norm.inputs.indexOf(operand)]!
    : stored[operand];
  const users = consumers.real[operand]!;
  const twice = node.inputs.slice(1).some((k) => reads(s, k, operand));
  return owned && users.length === 1 && users[0] === node.id && !twice ? operand : -1;
}

function reads({ norm, stored }: Scheduling, from: number, leaf: number): boolean {
  const seen = new Set<number>([from]);
  for (const i of seen) {
    if (i === leaf) return true;
    if (!stored[i]) { for (const k of norm.nodes[i]!.inputs) seen.add(k); }
  }
  return false;
}
