import { bytesOf } from "../../core/internal.ts";
import type { Machine } from "../ir/types.ts";
import type { Consumers } from "./consumers.ts";
import { isSameMemory } from "./finish.ts";
import { isFree, type Node, type NodeKind, type Norm, paramsOf } from "./node.ts";
import { weightOf } from "./weight.ts";

/**
 * Which values are stored. Everything else is recomputed in each kernel that needs it, so a value is
 * stored when it has to be (outputs, reductions, ends of products' chains, operands that no loader
 * makes) or when recomputing it costs more than reading it back.
 */

/** Recomputing a shared value may cost this much an element. */
const MAX_COST = 32;
/** Operations of a loader over one full-size array. */
const LOADER_COST = 4;
/** Cost and repetition from which a value under a broadcast is stored. */
const BROADCAST_COST = 8;
const BROADCAST_REPEATS = 8;
/** Operations and stored operands of one value within a kernel: beyond, the cone is cut. */
const MAX_OPERATIONS = 256;
const MAX_LEAVES = 64;

const ALWAYS: ReadonlySet<NodeKind> = new Set<NodeKind>([
  "reduce",
  "concatenate",
  "update",
  "cumulative",
  "copy",
  "also",
  "attention",
  "host",
]);

const RECOMPUTED: ReadonlySet<NodeKind> = new Set<NodeKind>([
  "elementwise",
  "view",
  "gather",
  "random",
]);

/** The choice: 1 for every stored node, and for every node inside a product's chain. */
export type Choice = {
  readonly stored: Uint8Array;
  readonly interior: Uint8Array;
  /** Operations of one element of each value in its kernel. */
  readonly operations: Float64Array;
};

type Pass = Choice & {
  readonly nodes: readonly Node[];
  readonly cost: Float64Array;
  readonly leaves: ReadonlySet<number>[];
  readonly maxLeaves: number;
};

const NONE: ReadonlySet<number> = new Set();

/** Chooses what is stored. */
export function chooseStored(
  { nodes, outputs }: Norm,
  consumers: Consumers,
  chains: ReadonlyMap<number, readonly number[]>,
  forced: ReadonlySet<number>,
  machine: Machine,
): Choice {
  const stored = new Uint8Array(nodes.length);
  const interior = new Uint8Array(nodes.length);
  const store = (i: number): void => {
    if (nodes[i]!.kind !== "input") stored[i] = 1;
  };
  for (const chain of chains.values()) {
    chain.forEach((i, j) => j === chain.length - 1 ? store(i) : interior[i] = 1);
  }
  for (const i of outputs) store(i);
  for (const i of forced) store(i);
  for (const node of nodes) if (ALWAYS.has(node.kind)) store(node.id);
  const pass: Pass = {
    nodes,
    stored,
    interior,
    cost: new Float64Array(nodes.length),
    operations: new Float64Array(nodes.length),
    leaves: new Array<ReadonlySet<number>>(nodes.length).fill(NONE),
    maxLeaves: Math.max(2, Math.min(MAX_LEAVES, machine.maxBuffers - 2)),
  };
  for (const node of nodes) storeOperands(pass, node, store);
  for (const node of nodes) {
    if (RECOMPUTED.has(node.kind)) weigh(pass, node, consumers);
  }
  return { stored, interior, operations: pass.operations };
}

/** The first node below views that is no view or is stored. */
export function stripViews(
  nodes: readonly Node[],
  stored: Uint8Array,
  node: number,
): number {
  let i = node;
  while (nodes[i]!.kind === "view" && !stored[i]) i = nodes[i]!.inputs[0]!;
  return i;
}

/** The node whose memory a value is, below reshapes and fences. */
export function stripSameMemory(
  nodes: readonly Node[],
  stored: Uint8Array,
  node: number,
): number {
  let i = node;
  while (isSameMemory(nodes[i]!) && !stored[i]) i = nodes[i]!.inputs[0]!;
  return i;
}

/** Operands that have to be in memory: of host primitives, tables of gathers, products' arrays. */
function storeOperands(pass: Pass, node: Node, store: (i: number) => void): void {
  const { nodes, stored } = pass;
  if (node.kind === "host") {
    for (const k of node.inputs) store(stripSameMemory(nodes, stored, k));
  } else if (node.kind === "gather" || node.kind === "random") {
    const table = stripViews(nodes, stored, node.inputs[0]!);
    if (!isFree(nodes[table]!)) store(table);
  } else if (node.kind === "attention") {
    for (const k of node.inputs) {
      const array = stripViews(nodes, stored, k);
      if (!isFree(nodes[array]!)) store(array);
    }
  } else if (node.kind === "product") {
    for (const k of node.inputs) {
      const array = stripViews(nodes, stored, k);
      if (!isFree(nodes[array]!) && !stored[array] && !isLoader(pass, array)) store(array);
    }
  }
}

/**
 * Whether a product computes an operand while it packs it: at most a few cheap operations over one
 * full-size array, or a value made of program inputs with fewer bytes than it has.
 */
function isLoader({ nodes, stored, interior }: Pass, target: number): boolean {
  const { size, dtype } = nodes[target]!;
  const seen = new Set<number>([target]);
  let cost = 0;
  let full = 0;
  let bytes = 0;
  let inputsOnly = true;
  for (const i of seen) {
    const node = nodes[i]!;
    if (interior[i] || seen.size > MAX_OPERATIONS / 4) return false;
    if (node.kind === "input" || stored[i]) {
      if (node.size * 2 >= size) full++;
      bytes += node.size * bytesOf(node.dtype);
      inputsOnly &&= node.kind === "input";
      continue;
    }
    cost += node.kind === "gather" ? LOADER_COST + 1 : weightOf(node);
    for (const k of node.inputs) if (nodes[k]!.kind !== "order") seen.add(k);
  }
  return (cost <= LOADER_COST && full <= 1) || (inputsOnly && bytes < size * bytesOf(dtype));
}

/** Cost, operations and stored operands of a value in its kernel; stores it if that is too much. */
function weigh(pass: Pass, node: Node, consumers: Consumers): void {
  const { nodes, stored, interior, cost, leaves } = pass;
  measure(pass, node);
  if (node.op === "broadcast_in_dim") {
    const t = stripViews(nodes, stored, node.inputs[0]!);
    if (isDearUnderBroadcast(pass, nodes[t]!, node)) {
      stored[t] = 1;
      measure(pass, node);
    }
  }
  if (stored[node.id] || interior[node.id] || node.kind === "view") return;
  if (consumers.real[node.id]!.length < 2 || node.size <= 1) return;
  let full = 0;
  for (const leaf of leaves[node.id]!) if (nodes[leaf]!.size * 2 >= node.size) full++;
  if (cost[node.id]! > MAX_COST || full >= 2) stored[node.id] = 1;
}

/**
 * Whether a value is dear, repeated, and not what a row kernel computes once a row: something made
 * of a reduction, the same all along the row.
 */
function isDearUnderBroadcast(pass: Pass, value: Node, broadcast: Node): boolean {
  const { nodes, stored, interior, cost, leaves } = pass;
  if (stored[value.id] || interior[value.id] || value.kind !== "elementwise") return false;
  if (cost[value.id]! < BROADCAST_COST) return false;
  if (broadcast.size < BROADCAST_REPEATS * value.size || leaves[value.id]!.size === 0) return false;
  if (variesInRow(nodes[broadcast.inputs[0]!]!, broadcast)) return true;
  for (const leaf of leaves[value.id]!) if (nodes[leaf]!.kind === "reduce") return false;
  return true;
}

/** Whether a broadcast differs along its last axis. */
function variesInRow(operand: Node, { shape, params }: Node): boolean {
  const axis = paramsOf({ params }).dims.indexOf(shape.length - 1);
  return axis >= 0 && operand.shape[axis]! > 1;
}

function measure(pass: Pass, node: Node): void {
  combine(pass, node);
  const { operations, leaves, maxLeaves } = pass;
  if (operations[node.id]! > MAX_OPERATIONS) {
    operations[node.id] = countOperations(pass, node);
  }
  if (operations[node.id]! <= MAX_OPERATIONS && leaves[node.id]!.size <= maxLeaves) return;
  cut(pass, node);
  combine(pass, node);
}

function combine(pass: Pass, node: Node): void {
  const { nodes, stored, interior, cost, operations, leaves } = pass;
  let sum = weightOf(node);
  let count = node.kind === "random" ? sum : 1;
  let union: ReadonlySet<number> = NONE;
  for (const k of node.inputs) {
    const operand = nodes[k]!;
    if (operand.kind === "constant" || operand.kind === "iota" || operand.kind === "order") {
      continue;
    }
    if (operand.kind === "input" || stored[k] || interior[k]) {
      union = joined(union, k);
      continue;
    }
    if (operand.size * 4 >= node.size) sum += cost[k]!;
    count += operations[k]!;
    for (const leaf of leaves[k]!) if (!union.has(leaf)) union = joined(union, leaf, leaves[k]!);
  }
  cost[node.id] = sum;
  operations[node.id] = count;
  leaves[node.id] = union;
}

/** `set` with `leaf`; shares `whole`, which has `leaf`, instead of copying where it can. */
function joined(
  set: ReadonlySet<number>,
  leaf: number,
  whole?: ReadonlySet<number>,
): ReadonlySet<number> {
  if (set.size === 0 && whole) return whole;
  return new Set(set).add(leaf);
}

/** Distinct operations below a node, counted to just above the limit. */
function countOperations({ nodes, stored, interior }: Pass, node: Node): number {
  const seen = new Set<number>([node.id]);
  for (const i of seen) {
    if (seen.size > MAX_OPERATIONS) break;
    if (i !== node.id && (stored[i] || interior[i])) continue;
    for (const k of nodes[i]!.inputs) if (!isFree(nodes[k]!)) seen.add(k);
  }
  return seen.size;
}

/** Stores the operands of a node whose cone is too large. */
function cut({ nodes, stored, interior }: Pass, node: Node): void {
  for (const k of node.inputs) {
    const i = stripViews(nodes, stored, k);
    const { kind } = nodes[i]!;
    if (!interior[i] && kind !== "view" && RECOMPUTED.has(kind)) stored[i] = 1;
  }
}
