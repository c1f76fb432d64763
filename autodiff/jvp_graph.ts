import type { Graph, GraphNode, Tensor } from "../core/mod.ts";
import { applyGraph, memo, record, traceClosed } from "../core/internal.ts";
import { expansionOf, maskText } from "./_expansion.ts";

/** A Graph with its tangents, and which outputs have one. */
export type JvpGraph = { readonly graph: Graph; readonly tangents: readonly boolean[] };

type Tangent = Tensor | null;

/**
 * Forward mode, Graph to Graph: (x, dx) to (f(x), f'(x) dx).
 *
 * Its inputs are those of `graph`, then the tangents of the inputs that `moves` marks; its outputs
 * are those of `graph`, then the tangents of the outputs that have one. Nodes that no moving input
 * reaches are replayed as they are: nothing is built for them.
 */
export function jvpGraph(graph: Graph, moves: readonly boolean[]): JvpGraph {
  return memo(graph, `jvp ${maskText(moves)}`, (graph) => derive(graph, moves));
}

function derive(graph: Graph, moves: readonly boolean[]): JvpGraph {
  const avals = graph.avals.slice(0, graph.inputs);
  let tangents: boolean[] = [];
  const traced = traceClosed((inputs) => {
    const values: Tensor[] = inputs.slice(0, graph.inputs);
    const moving: Tangent[] = new Array<Tangent>(graph.avals.length).fill(null);
    let next = graph.inputs;
    moves.forEach((moved, i) => {
      if (moved) moving[i] = inputs[next++]!;
    });
    for (const node of graph.nodes) applyNode(graph, node, values, moving);
    const outputs = graph.outputs.map((v) => moving[v]!);
    tangents = outputs.map((dx) => dx !== null);
    return [...graph.outputs.map((v) => values[v]!), ...outputs.filter((dx) => dx !== null)];
  }, [...avals, ...avals.filter((_, i) => moves[i])]);
  return { graph: traced, tangents };
}

function applyNode(graph: Graph, node: GraphNode, values: Tensor[], moving: Tangent[]): void {
  const primals = node.inputs.map((v) => values[v]!);
  const tangents = node.inputs.map((v) => moving[v]!);
  if (tangents.every((dx) => dx === null)) {
    const avals = graph.avals.slice(node.out, node.out + node.count);
    record(node.primitive, primals, node.params, node.signature, avals)
      .forEach((y, j) => values[node.out + j] = y);
    return;
  }
  const { primitive, params } = node;
  const [ys, dys] = primitive.jvp
    ? primitive.jvp(primals, tangents, params)
    : jvpOfExpansion(node, primals, tangents);
  for (let j = 0; j < node.count; j++) {
    values[node.out + j] = ys[j]!;
    moving[node.out + j] = dys[j] ?? null;
  }
}

function jvpOfExpansion(
  { primitive, params }: GraphNode,
  primals: readonly Tensor[],
  tangents: readonly Tangent[],
): readonly [Tensor[], Tangent[]] {
  const graph = expansionOf(primitive, params, primals.map((x) => x.aval), "differentiate");
  return applyJvp(graph, primals, tangents);
}

/** The outputs of a Graph and their tangents, where null is zero. */
export function applyJvp(
  graph: Graph,
  primals: readonly Tensor[],
  tangents: readonly Tangent[],
): readonly [outputs: Tensor[], tangents: Tangent[]] {
  const derived = jvpGraph(graph, tangents.map((dx) => dx !== null));
  const moving = tangents.filter((dx) => dx !== null);
  const results = applyGraph(derived.graph, [...primals, ...moving]);
  let next = graph.outputs.length;
  return [
    results.slice(0, next),
    derived.tangents.map((moved) => moved ? results[next++]! : null),
  ];
}
