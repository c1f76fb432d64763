import type { Graph, HostArray } from "../core/mod.ts";
import { roundTo } from "../core/internal.ts";

/**
 * Outputs of a Graph on host arrays, node by node in f64, each rounded to its dtype: how primitives
 * that hold a Graph evaluate it.
 */
export function interpret(graph: Graph, inputs: readonly HostArray[]): HostArray[] {
  const values = inputs.slice();
  for (const node of graph.nodes) {
    const outs = graph.avals.slice(node.out, node.out + node.count);
    const operands = node.inputs.map((v) => values[v]!);
    node.primitive.evaluate(operands, node.params, outs).forEach((data, j) => {
      const { shape, dtype } = outs[j]!;
      values[node.out + j] = { data: roundTo(data, dtype), shape, dtype };
    });
  }
  return graph.outputs.map((v) => values[v]!);
}

/** The same, as what the rule `evaluate` returns. */
export function evaluateGraph(graph: Graph, inputs: readonly HostArray[]): Float64Array[] {
  return interpret(graph, inputs).map((output) => output.data);
}
