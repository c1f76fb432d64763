/**
 * Primitives without a kernel of their own as Graphs of those that have one: what every emitter gets
 * from the schedule.
 *
 * @module
 */
import type { Aval, Graph, GraphNode, Tensor } from "../../../core/mod.ts";
import { record, traceClosed } from "../../../core/internal.ts";
import type { Machine } from "../../ir/types.ts";
import { paramsOf } from "../node.ts";
import { argmaxComposite, argminComposite } from "./arg_reduce.ts";
import type { Applied, Composite } from "./composite.ts";
import { attentionComposite } from "./attention.ts";
import { cumulativeComposite } from "./cumulative.ts";
import { hasNoElements, withoutElements } from "./empty.ts";
import { halfCumulativeComposite, halfProdComposite, halfScatterComposite } from "./half.ts";
import { integerProductComposite } from "./integer_product.ts";
import { padComposite } from "./pad.ts";
import { sortComposite } from "./sort.ts";
import { sortedScatterComposite } from "./sorted_scatter.ts";

const COMPOSITES: Readonly<Record<string, readonly Composite[]>> = {
  argmax: [argmaxComposite],
  argmin: [argminComposite],
  attention: [attentionComposite("attention")],
  attention_grad: [attentionComposite("attention_grad")],
  cumulative: [halfCumulativeComposite, cumulativeComposite],
  dot_general: [integerProductComposite],
  pad: [padComposite],
  reduce_prod: [halfProdComposite],
  scatter: [halfScatterComposite, sortedScatterComposite],
  sort: [sortComposite],
};

/** The Graph with composites in place of what they stand for, until there are none left. */
export function replaceComposites(whole: Graph, machine: Machine): Graph {
  let graph = whole;
  while (graph.nodes.some((node) => isReplaced(graph, node, machine))) {
    graph = replaceOnce(graph, machine);
  }
  return graph;
}

function isReplaced(graph: Graph, node: GraphNode, machine: Machine): boolean {
  const applied = appliedOf(graph, node, machine);
  return hasNoElements(node, applied.inputs, applied.outputs) ||
    compositeOf(node, applied) !== undefined;
}

function replaceOnce(graph: Graph, machine: Machine): Graph {
  return traceClosed((inputs) => {
    const values: Tensor[] = inputs.slice();
    for (const node of graph.nodes) {
      const operands = node.inputs.map((v) => values[v]!);
      const results = resultsOf(node, operands, appliedOf(graph, node, machine));
      results.forEach((y, i) => values[node.out + i] = y);
    }
    return graph.outputs.map((v) => values[v]!);
  }, graph.avals.slice(0, graph.inputs));
}

function resultsOf(
  node: GraphNode,
  operands: readonly Tensor[],
  applied: Applied,
): readonly Tensor[] {
  const { inputs, outputs } = applied;
  if (hasNoElements(node, inputs, outputs)) return withoutElements(node, operands, outputs);
  const composite = compositeOf(node, applied);
  if (composite) return composite.make(operands, applied);
  return record(node.primitive, operands, node.params, node.signature, outputs);
}

function compositeOf({ primitive }: GraphNode, applied: Applied): Composite | undefined {
  return COMPOSITES[primitive.name]?.find((composite) => composite.when(applied));
}

function appliedOf(graph: Graph, node: GraphNode, machine: Machine): Applied {
  const inputs: Aval[] = node.inputs.map((v) => graph.avals[v]!);
  const outputs = graph.avals.slice(node.out, node.out + node.count);
  return { params: paramsOf(node), inputs, outputs, machine };
}
