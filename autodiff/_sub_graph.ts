import { Graph, type GraphNode } from "../core/mod.ts";

/**
 * The part of a Graph between some of its values: from `inputs`, which become its inputs, to
 * `outputs`. Everything in between is computed again, everything else is left out.
 */
export function subGraph(
  graph: Graph,
  inputs: readonly number[],
  outputs: readonly number[],
): Graph {
  const map = new Int32Array(graph.avals.length).fill(-1);
  inputs.forEach((v, i) => map[v] = i);
  const avals = inputs.map((v) => graph.avals[v]!);
  const nodes = between(graph, inputs, outputs).map((node): GraphNode => {
    const out = avals.length;
    const renumbered = { ...node, inputs: node.inputs.map((v) => map[v]!), out };
    for (let j = 0; j < node.count; j++) {
      // A node may compute a given value beside a needed one: the given value wins.
      if (map[node.out + j]! < 0) map[node.out + j] = out + j;
      avals.push(graph.avals[node.out + j]!);
    }
    return renumbered;
  });
  return new Graph(inputs.length, nodes, outputs.map((v) => map[v]!), avals);
}

/** The nodes that compute `outputs` from `inputs`, in order. */
function between(
  graph: Graph,
  inputs: readonly number[],
  outputs: readonly number[],
): GraphNode[] {
  const given = new Uint8Array(graph.avals.length);
  const needed = new Uint8Array(graph.avals.length);
  for (const v of inputs) given[v] = 1;
  for (const v of outputs) needed[v] = 1;
  const kept: GraphNode[] = [];
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i]!;
    let wanted = false;
    for (let j = 0; j < node.count; j++) {
      if (needed[node.out + j] && !given[node.out + j]) wanted = true;
    }
    if (!wanted) continue;
    kept.push(node);
    for (const v of node.inputs) needed[v] = 1;
  }
  return kept.reverse();
}
