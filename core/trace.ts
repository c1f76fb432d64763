import { record } from "./bind.ts";
import { extract, type Extracted } from "./extract.ts";
import { Graph, type GraphNode } from "./graph.ts";
import { constantNode } from "./primitives/constant.ts";
import type { Aval } from "./shape.ts";
import { currentId, placeholder, type Tensor } from "./tensor.ts";
import { beginPhase } from "./timeline.ts";

let depth = 0;

/** Whether a function is being traced. */
export function isTracing(): boolean {
  return depth > 0;
}

/**
 * The Graph of a function of tensors. It runs once, on placeholders; what it takes from outside
 * becomes further inputs, `captured`, and never constants.
 */
export function trace(
  f: (inputs: readonly Tensor[]) => readonly Tensor[],
  avals: readonly Aval[],
): Extracted {
  const since = currentId();
  const inputs = avals.map(placeholder);
  const done = depth === 0 ? beginPhase("trace") : null;
  depth++;
  try {
    return extract(inputs, f(inputs), since);
  } finally {
    depth--;
    done?.();
  }
}

/** The Graph of a function that takes nothing from outside but numbers, which become constants. */
export function traceClosed(
  f: (inputs: readonly Tensor[]) => readonly Tensor[],
  avals: readonly Aval[],
): Graph {
  const { graph, captured } = trace(f, avals);
  for (const x of captured) {
    if (x.source.kind === "number") continue;
    throw new TypeError(
      `Cannot transform: a rule captured a tensor of shape [${x.shape.join(", ")}] from outside`,
    );
  }
  return fixNumbers(graph, captured, captured.map(() => true)).graph;
}

/** Turns captured numbers (the last inputs of the Graph) into constants where `fixed` says so. */
export function fixNumbers(
  graph: Graph,
  captured: readonly Tensor[],
  fixed: readonly boolean[],
): Extracted {
  const declared = graph.inputs - captured.length;
  const isFixed = captured.map((x, i) => x.source.kind === "number" && fixed[i]!);
  if (!isFixed.includes(true)) return { graph, captured };
  const kept = captured.filter((_, i) => !isFixed[i]);
  const map: number[] = [];
  const avals: Aval[] = graph.avals.slice(0, declared);
  for (let i = 0; i < declared; i++) map[i] = i;
  captured.forEach((x, i) => {
    if (isFixed[i]) return;
    map[declared + i] = avals.length;
    avals.push(x.aval);
  });
  const inputs = avals.length;
  const nodes: GraphNode[] = [];
  captured.forEach((x, i) => {
    if (!isFixed[i] || x.source.kind !== "number") return;
    map[declared + i] = avals.length;
    nodes.push(constantNode(x.source.value, x.aval, avals.length));
    avals.push(x.aval);
  });
  appendNodes(graph, map, nodes, avals);
  const outputs = graph.outputs.map((v) => map[v]!);
  return { graph: new Graph(inputs, nodes, outputs, avals), captured: kept };
}

/** Appends the nodes of `graph` with values renumbered; `map` holds its inputs and is completed. */
export function appendNodes(
  graph: Graph,
  map: number[],
  nodes: GraphNode[],
  avals: Aval[],
): void {
  for (const node of graph.nodes) {
    const out = avals.length;
    for (let j = 0; j < node.count; j++) {
      map[node.out + j] = out + j;
      avals.push(graph.avals[node.out + j]!);
    }
    nodes.push({ ...node, inputs: node.inputs.map((v) => map[v]!), out });
  }
}

/** Replays a Graph on tensors. */
export function applyGraph(graph: Graph, inputs: readonly Tensor[]): Tensor[] {
  const values: Tensor[] = inputs.slice();
  for (const node of graph.nodes) {
    const operands = node.inputs.map((v) => values[v]!);
    const avals = graph.avals.slice(node.out, node.out + node.count);
    const results = record(node.primitive, operands, node.params, node.signature, avals);
    for (let j = 0; j < node.count; j++) values[node.out + j] = results[j]!;
  }
  return graph.outputs.map((v) => values[v]!);
}

/** The Graph without nodes that no output needs. Inputs stay. */
export function eliminateDead(graph: Graph): Graph {
  const live = new Uint8Array(graph.avals.length);
  for (const output of graph.outputs) live[output] = 1;
  const used = (node: GraphNode): boolean => {
    for (let j = 0; j < node.count; j++) if (live[node.out + j]) return true;
    return false;
  };
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i]!;
    if (used(node)) { for (const input of node.inputs) live[input] = 1; }
  }
  const kept = graph.nodes.filter(used);
  if (kept.length === graph.nodes.length) return graph;
  const avals = graph.avals.slice(0, graph.inputs);
  const map = avals.map((_, i) => i);
  const nodes: GraphNode[] = [];
  appendNodes(new Graph(graph.inputs, kept, [], graph.avals), map, nodes, avals);
  return new Graph(graph.inputs, nodes, graph.outputs.map((v) => map[v]!), avals);
}
