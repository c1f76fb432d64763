/**
 * From a Graph to kernels in order, with buffers and lifetimes: what all emitters share.
 *
 * @module
 */
import type { Graph } from "../../core/mod.ts";
import type { BufferPlan, Machine, Schedule, ScheduledKernel } from "../ir/types.ts";
import { aliasStores } from "../plan/alias.ts";
import { livesOf } from "../plan/life.ts";
import { buildGroup, hasWork } from "./build.ts";
import { claimChains } from "./chain.ts";
import { consumersOf } from "./consumers.ts";
import { describe } from "./describe.ts";
import { foldStores } from "./fold_stores.ts";
import { groupStored } from "./group.ts";
import { type Group, GroupFailure, type Scheduling } from "./groups.ts";
import type { Node, NodeKind, Norm } from "./node.ts";
import { normalise } from "./normalise.ts";
import { orderGroups } from "./order.ts";
import { chooseStored } from "./store.ts";
import { updatedInPlace } from "./update.ts";

export type { Machine, Schedule } from "../ir/types.ts";

/** Attempts, each with one more node stored or run on the host. */
const MAX_ATTEMPTS = 200;

/**
 * The kernels that compute a Graph, and its buffers.
 *
 * @param graph outputs are distinct and no inputs
 * @param donated for every input, whether its memory may be overwritten
 * @param machine what the backend's emitter can do
 */
export function scheduleGraph(
  graph: Graph,
  donated: readonly boolean[],
  machine: Machine,
): Schedule {
  let norm = normalise(graph, machine);
  const forced = new Set<number>();
  for (let i = 0; i < MAX_ATTEMPTS; i++) {
    try {
      return schedule(norm, donated, machine, forced);
    } catch (error) {
      norm = relax(norm, error, forced);
    }
  }
  return schedule(onHost(norm, () => true), donated, machine, forced);
}

/** What a failed attempt asks for: a node is stored, or runs on the host if that did not help. */
function relax(norm: Norm, error: unknown, forced: Set<number>): Norm {
  if (!(error instanceof GroupFailure)) throw error;
  const { demand, members } = error;
  if (demand >= 0 && !forced.has(demand) && norm.nodes[demand]!.kind !== "input") {
    forced.add(demand);
    return norm;
  }
  return onHost(norm, (node) => members.has(node.id));
}

const NEVER_HOST: readonly NodeKind[] = ["input", "constant", "order", "also", "host"];

function onHost(norm: Norm, isChosen: (node: Node) => boolean): Norm {
  const nodes = norm.nodes.map((node): Node => {
    if (NEVER_HOST.includes(node.kind) || node.op === "fence" || !isChosen(node)) return node;
    return { ...node, kind: "host", results: node.results.length > 0 ? node.results : [node.id] };
  });
  return { ...norm, nodes };
}

function schedule(
  norm: Norm,
  donated: readonly boolean[],
  machine: Machine,
  forced: ReadonlySet<number>,
): Schedule {
  const consumers = consumersOf(norm);
  const chains = claimChains(norm, consumers, forced);
  const choice = chooseStored(norm, consumers, chains, forced, machine);
  const s: Scheduling = { norm, machine, donated, consumers, chains, ...choice };
  const groups = groupStored(s);
  const written = writtenNodes(s, groups);
  const order = orderGroups(norm, groups, (node) => written[node] === 1);
  const numbered = numberBuffers(s, order, written);
  const whole = order.filter((group) => hasWork(s, group))
    .map((group) => finishKernel(s, group, numbered.of));
  const nodeOf = (buffer: number): Node => norm.nodes[numbered.nodes[buffer]!]!;
  const kernels = foldStores(
    whole,
    (buffer) => nodeOf(buffer).kind === "concatenate",
    (buffer) => consumers.isOutput[nodeOf(buffer).id] === 1,
  );
  return { kernels, ...planBuffers(s, kernels, numbered) };
}

function finishKernel(s: Scheduling, group: Group, buffers: Int32Array): ScheduledKernel {
  const { ir, loads } = buildGroup(s, group, buffers);
  return { ir, ...describe(s, group, ir, loads, buffers) };
}

/** What crosses kernels or leaves the program is written to memory. */
function writtenNodes({ norm, stored }: Scheduling, groups: readonly Group[]): Uint8Array {
  const written = new Uint8Array(norm.nodes.length);
  for (const node of norm.outputs) written[node] = 1;
  for (const group of groups) {
    for (const node of group.loads) if (stored[node]) written[node] = 1;
    const isWhole = group.kind === "host" || group.kind === "attention";
    if (isWhole) { for (const node of group.members) written[node] = 1; }
  }
  return written;
}

type Numbered = {
  /** Buffer of every node, -1 where it has none; and the node of every buffer. */
  readonly of: Int32Array;
  readonly nodes: readonly number[];
};

function numberBuffers(
  { norm }: Scheduling,
  order: readonly Group[],
  written: Uint8Array,
): Numbered {
  const of = new Int32Array(norm.nodes.length).fill(-1);
  const nodes: number[] = [];
  const add = (node: number): void => {
    if (of[node] === -1) of[node] = nodes.push(node) - 1;
  };
  norm.inputs.forEach(add);
  for (const group of order) for (const node of group.members) if (written[node]) add(node);
  return { of, nodes };
}

function planBuffers(
  s: Scheduling,
  kernels: readonly ScheduledKernel[],
  { of, nodes }: Numbered,
): Omit<Schedule, "kernels"> {
  const inputs = s.norm.inputs.map((node) => of[node]!);
  const outputs = s.norm.outputs.map((node) => of[node]!);
  const lives = livesOf(kernels, nodes.length, inputs, outputs);
  const values = nodes.map((node) => s.norm.nodes[node]!);
  const aliases = values.map((node): number | null => {
    const source = node.kind === "update" ? updatedInPlace(s, node) : -1;
    return source < 0 ? null : of[source]!;
  });
  aliasStores(kernels, lives, {
    dtypes: values.map((node) => node.dtype),
    sizes: values.map((node) => node.size),
    isOutput: values.map((node) => s.consumers.isOutput[node.id] === 1),
    inputs: new Set(inputs),
    donated: new Set(inputs.filter((_, i) => s.donated[i])),
  }, aliases);
  const buffers = values.map((node, id): BufferPlan => ({
    id,
    dtype: node.dtype,
    // Nothing is kept in a buffer that no kernel touches.
    size: lives.birth[id] === -2 ? 0 : node.size,
    role: roleOf(s.norm, node),
    birth: Math.max(-1, lives.birth[id]!),
    death: lives.death[id]!,
    alias: aliases[id]!,
  }));
  return { buffers, inputs, outputs };
}

function roleOf({ inputs, outputs }: Norm, node: Node): BufferPlan["role"] {
  if (node.kind === "input") return { kind: "input", index: inputs.indexOf(node.id) };
  const index = outputs.indexOf(node.id);
  return index >= 0 ? { kind: "output", index } : { kind: "temporary" };
}
