import type { Machine } from "../ir/types.ts";
import type { Consumers } from "./consumers.ts";
import type { Norm } from "./node.ts";
import type { Choice } from "./store.ts";

/** A kernel while values are being gathered into it. */
export type Group = {
  readonly id: number;
  kind: "product" | "attention" | "row" | "map" | "col" | "cumulative" | "host" | "update";
  /** The stored nodes that it computes, ascending. */
  members: number[];
  /** Its iteration space. */
  readonly shape: readonly number[];
  /** How many axes are reduced: the last ones of a row group, the first ones of a col group. */
  lanes: number;
  /** The product, and what it absorbs. */
  readonly chain: readonly number[];
  /** Computes one operand of members[0]: part `part` of a concatenation, operand 0 of an update. */
  readonly part: number;
  /** Groups that come before. */
  readonly before: Set<Group>;
  /** Inputs and stored nodes that it reads. */
  loads: ReadonlySet<number>;
  operations: number;
};

/** What grouping and building share. */
export type Scheduling = Choice & {
  readonly norm: Norm;
  readonly machine: Machine;
  readonly donated: readonly boolean[];
  readonly consumers: Consumers;
  readonly chains: ReadonlyMap<number, readonly number[]>;
};

/** A kernel cannot be built alone: `demand` is to be stored, or `members` run on the host. */
export class GroupFailure extends Error {
  readonly members: ReadonlySet<number>;
  readonly demand: number;
  constructor(members: Iterable<number>, demand: number, cause: unknown) {
    super("Cannot build a kernel", { cause });
    this.members = new Set(members);
    this.demand = demand;
  }
}

/** Whether `from` comes after `to`, directly or through others. */
export function reaches(from: Group, to: Group): boolean {
  if (from === to) return true;
  const seen = new Set<Group>([from]);
  for (const group of seen) {
    for (const other of group.before) {
      if (other === to) return true;
      seen.add(other);
    }
  }
  return false;
}

/** What a value is made of. */
export type Leaves = {
  /** Stored nodes below it. */
  readonly stored: Set<number>;
  /** Program inputs below it. */
  readonly inputs: Set<number>;
  /** Stored nodes that a fence makes it wait for. */
  readonly after: Set<number>;
};

/** The leaves below nodes `roots`, themselves included. */
export function leavesOf(
  { norm, stored }: Scheduling,
  roots: Iterable<number>,
  waits: Map<number, ReadonlySet<number>>,
): Leaves {
  const leaves: Leaves = { stored: new Set(), inputs: new Set(), after: new Set() };
  const seen = new Set<number>(roots);
  for (const i of seen) {
    const node = norm.nodes[i]!;
    if (stored[i]) leaves.stored.add(i);
    else if (node.kind === "input") leaves.inputs.add(i);
    else if (node.kind === "order") {
      for (const k of waitsOf(norm, stored, i, waits)) leaves.after.add(k);
    } else for (const k of node.inputs) seen.add(k);
  }
  return leaves;
}

/** The stored nodes that an order node waits for. */
function waitsOf(
  { nodes }: Norm,
  stored: Uint8Array,
  order: number,
  waits: Map<number, ReadonlySet<number>>,
): ReadonlySet<number> {
  const known = waits.get(order);
  if (known) return known;
  const found = new Set<number>();
  const seen = new Set<number>(nodes[order]!.inputs);
  for (const i of seen) {
    if (stored[i]) found.add(i);
    else for (const k of nodes[i]!.inputs) if (nodes[k]!.kind !== "order") seen.add(k);
  }
  waits.set(order, found);
  return found;
}
