import { record } from "./bind.ts";
import type { Graph } from "./graph.ts";
import type { AnyPrimitive } from "./primitive.ts";
import type { Tensor } from "./tensor.ts";
import { traceClosed } from "./trace.ts";

/**
 * The Graph with primitives replaced by what they are made of, until none is left that `wanted`
 * picks: how a backend compiles checkpoints, functions with rules of their own, and fused primitives
 * for which it has no kernel.
 *
 * @param graph inputs and outputs keep their number and order
 * @param wanted by default every primitive that has `expand`
 */
export function expandGraph(
  graph: Graph,
  wanted: (primitive: AnyPrimitive) => boolean = () => true,
): Graph {
  const picked = (primitive: AnyPrimitive): boolean =>
    primitive.expand !== undefined && wanted(primitive);
  let expanded = graph;
  // What a primitive is made of may hold further ones.
  while (expanded.nodes.some((node) => picked(node.primitive))) {
    expanded = expandOnce(expanded, picked);
  }
  return expanded;
}

function expandOnce(graph: Graph, picked: (primitive: AnyPrimitive) => boolean): Graph {
  return traceClosed((inputs) => {
    const values: Tensor[] = inputs.slice();
    for (const node of graph.nodes) {
      const { primitive, params, signature } = node;
      const operands = node.inputs.map((v) => values[v]!);
      const avals = graph.avals.slice(node.out, node.out + node.count);
      const results = picked(primitive)
        ? primitive.expand!(operands, params)
        : record(primitive, operands, params, signature, avals);
      results.forEach((y, j) => values[node.out + j] = y);
    }
    return graph.outputs.map((v) => values[v]!);
  }, graph.avals.slice(0, graph.inputs));
}
