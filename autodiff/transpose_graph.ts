import type { Graph, GraphNode, Linear, Tensor } from "../core/mod.ts";
import { addTangents, applyGraph, memo, record, traceClosed } from "../core/internal.ts";
import { expansionOf, maskText } from "./_expansion.ts";
import { dependents } from "./partition.ts";

/** A transposed Graph, and which of the linear inputs have a cotangent. */
export type TransposedGraph = {
  readonly graph: Graph;
  readonly cotangents: readonly boolean[];
};

type Cotangent = Tensor | null;

/**
 * Reverse mode, Graph to Graph: for outputs y = A(known) · x, where `linear` marks the inputs x, the
 * cotangents Aᵀ · ct.
 *
 * Its inputs are the known inputs of `graph`, then the cotangents of the outputs that `given` marks
 * (the others are zero); its outputs are the cotangents of the linear inputs that have one. Nodes
 * that do not depend on a linear input are computed on the way.
 */
export function transposeGraph(
  graph: Graph,
  linear: readonly boolean[],
  given: readonly boolean[],
): TransposedGraph {
  const name = `transpose ${maskText(linear)} ${maskText(given)}`;
  return memo(graph, name, (graph) => derive(graph, linear, given));
}

function derive(
  graph: Graph,
  linear: readonly boolean[],
  given: readonly boolean[],
): TransposedGraph {
  const inputs = linear.map((_, i) => i);
  const depends = dependents(graph, linear);
  let cotangents: boolean[] = [];
  const traced = traceClosed((all) => {
    const values: Tensor[] = [];
    let next = 0;
    for (const i of inputs) if (!linear[i]) values[i] = all[next++]!;
    replayKnown(graph, depends, values);
    const cts: Cotangent[] = new Array<Cotangent>(graph.avals.length).fill(null);
    graph.outputs.forEach((v, i) => {
      if (given[i]) accumulate(cts, v, all[next++]!);
    });
    for (let i = graph.nodes.length - 1; i >= 0; i--) {
      const node = graph.nodes[i]!;
      if (depends[node.out]) pullBack(graph, node, depends, values, cts);
    }
    const results = inputs.filter((i) => linear[i]).map((i) => cts[i]!);
    cotangents = results.map((ct) => ct !== null);
    return results.filter((ct) => ct !== null);
  }, [
    ...inputs.filter((i) => !linear[i]).map((i) => graph.avals[i]!),
    ...graph.outputs.filter((_, i) => given[i]).map((v) => graph.avals[v]!),
  ]);
  return { graph: traced, cotangents };
}

function replayKnown(graph: Graph, depends: Uint8Array, values: Tensor[]): void {
  for (const node of graph.nodes) {
    if (depends[node.out]) continue;
    const operands = node.inputs.map((v) => values[v]!);
    const avals = graph.avals.slice(node.out, node.out + node.count);
    record(node.primitive, operands, node.params, node.signature, avals)
      .forEach((y, j) => values[node.out + j] = y);
  }
}

function pullBack(
  graph: Graph,
  node: GraphNode,
  depends: Uint8Array,
  values: readonly Tensor[],
  cts: Cotangent[],
): void {
  const own = Array.from({ length: node.count }, (_, j) => cts[node.out + j]!);
  if (own.every((ct) => ct === null)) return;
  const operands = node.inputs.map((v): Tensor | Linear =>
    depends[v] ? { linear: true, aval: graph.avals[v]! } : values[v]!
  );
  const results = node.primitive.transpose
    ? node.primitive.transpose(own, operands, node.params)
    : transposeOfExpansion(node, own, operands);
  results.forEach((ct, i) => {
    const v = node.inputs[i]!;
    if (ct && depends[v]) accumulate(cts, v, ct);
  });
}

function transposeOfExpansion(
  { primitive, params }: GraphNode,
  cts: readonly Cotangent[],
  operands: readonly (Tensor | Linear)[],
): Cotangent[] {
  const avals = operands.map((x) => x.aval);
  return applyTranspose(expansionOf(primitive, params, avals, "transpose"), operands, cts);
}

/** Cotangents of the linear operands of a Graph (null for known ones and where they are zero). */
export function applyTranspose(
  graph: Graph,
  operands: readonly (Tensor | Linear)[],
  cts: readonly Cotangent[],
): Cotangent[] {
  const linear = operands.map((x) => "linear" in x);
  const transposed = transposeGraph(graph, linear, cts.map((ct) => ct !== null));
  const known = operands.filter((x): x is Tensor => !("linear" in x));
  const results = applyGraph(transposed.graph, [...known, ...cts.filter((ct) => ct !== null)]);
  let at = 0;
  let next = 0;
  return linear.map((isLinear) =>
    isLinear && transposed.cotangents[at++] ? results[next++]! : null
  );
}

function accumulate(cts: Cotangent[], v: number, ct: Tensor): void {
  cts[v] = addTangents(cts[v] ?? null, ct);
}
