import type { Aval, Graph, GraphNode, Tensor } from "../core/mod.ts";
import { broadcastFront, memo, record, traceClosed } from "../core/internal.ts";
import { applyGraph } from "../core/internal.ts";
import { resolved } from "./all_gather_primitive.ts";
import { expansionOf, maskText } from "./_expansion.ts";
import { batchedName } from "./_named_axes.ts";

/** A batched Graph, and which outputs have the batch axis. */
export type BatchedGraph = { readonly graph: Graph; readonly batched: readonly boolean[] };

/**
 * The Graph on a batch: inputs that `mask` marks, and outputs that depend on them, have a leading
 * axis of `size`. Everything else is computed once.
 */
export function batchGraph(graph: Graph, mask: readonly boolean[], size: number): BatchedGraph {
  const name = batchedName();
  return memo(
    graph,
    `batch ${maskText(mask)} ${size} ${name ?? ""}`,
    (graph) => derive(graph, mask, size),
  );
}

function derive(graph: Graph, mask: readonly boolean[], size: number): BatchedGraph {
  let outputs: boolean[] = [];
  const avals = graph.avals.slice(0, graph.inputs)
    .map((aval, i) => mask[i] ? batchedAval(aval, size) : aval);
  const traced = traceClosed((inputs) => {
    const values = inputs.slice();
    const batched = mask.slice();
    for (const node of graph.nodes) {
      const operands = node.inputs.map((v) => values[v]!);
      const which = node.inputs.map((v) => batched[v]!);
      const row = resolved(node, { operands, batched: which, name: batchedName(), size });
      if (row) {
        values[node.out] = row.value;
        batched[node.out] = row.batched;
        continue;
      }
      const any = which.includes(true);
      const results = any
        ? batchNode(node, operands, which, size)
        : record(node.primitive, operands, node.params, node.signature, avalsOf(graph, node));
      for (let j = 0; j < node.count; j++) {
        values[node.out + j] = results[j]!;
        batched[node.out + j] = any;
      }
    }
    outputs = graph.outputs.map((v) => batched[v]!);
    return graph.outputs.map((v) => values[v]!);
  }, avals);
  return { graph: traced, batched: outputs };
}

function avalsOf(graph: Graph, node: GraphNode): readonly Aval[] {
  return graph.avals.slice(node.out, node.out + node.count);
}

function batchNode(
  { primitive, params }: GraphNode,
  operands: readonly Tensor[],
  which: readonly boolean[],
  size: number,
): readonly Tensor[] {
  if (primitive.batch) return primitive.batch(operands, which, params, size);
  const avals = operands.map((x, i) => which[i] ? rowAval(x.aval) : x.aval);
  return applyBatched(expansionOf(primitive, params, avals, "batch"), operands, which, size);
}

/** The outputs of a Graph on a batch, all with the batch axis in front. */
export function applyBatched(
  graph: Graph,
  inputs: readonly Tensor[],
  mask: readonly boolean[],
  size: number,
): Tensor[] {
  const { graph: derived, batched } = batchGraph(graph, mask, size);
  return applyGraph(derived, inputs)
    .map((y, i) => batched[i] ? y : broadcastFront(y, size));
}

/** The batched Graph with the batch axis on the outputs that `force` marks at least. */
export function batchGraphTo(
  graph: Graph,
  mask: readonly boolean[],
  size: number,
  force: readonly boolean[],
): Graph {
  const { graph: derived, batched } = batchGraph(graph, mask, size);
  if (force.every((forced, i) => !forced || batched[i])) return derived;
  return traceClosed(
    (inputs) =>
      applyGraph(derived, inputs)
        .map((y, i) => force[i] && !batched[i] ? broadcastFront(y, size) : y),
    derived.avals.slice(0, derived.inputs),
  );
}

/** A type with a leading axis. */
export function batchedAval(aval: Aval, size: number): Aval {
  return { shape: [size, ...aval.shape], dtype: aval.dtype };
}

/** A type without its leading axis. */
export function rowAval(aval: Aval): Aval {
  return { shape: aval.shape.slice(1), dtype: aval.dtype };
}
