import type { Graph } from "../core/mod.ts";
import { memo } from "../core/internal.ts";
import { maskText } from "./_expansion.ts";
import { subGraph } from "./_sub_graph.ts";
import { jvpGraph } from "./jvp_graph.ts";

/** A function as its value and a linear map of its tangents. */
export type Linearized = {
  /** Inputs of the function to its outputs, then the residuals. */
  readonly known: Graph;
  /** Residuals, then tangents of the moving inputs, to the tangents that outputs have. */
  readonly linear: Graph;
  /** Number of residuals. */
  readonly residuals: number;
  /** Which outputs have a tangent. */
  readonly tangents: readonly boolean[];
};

/** Which values depend on the inputs marked in `unknown`. */
export function dependents(graph: Graph, unknown: readonly boolean[]): Uint8Array {
  const depends = new Uint8Array(graph.avals.length);
  unknown.forEach((marked, i) => depends[i] = marked ? 1 : 0);
  for (const node of graph.nodes) {
    if (!node.inputs.some((v) => depends[v])) continue;
    for (let j = 0; j < node.count; j++) depends[node.out + j] = 1;
  }
  return depends;
}

/**
 * Values that do not depend on the unknown inputs and are needed to compute `outputs` from them:
 * where the Graph is cut in two.
 */
export function residualsOf(
  graph: Graph,
  depends: Uint8Array,
  outputs: readonly number[],
): number[] {
  const residuals = new Set<number>();
  const need = (v: number): void => {
    if (!depends[v]) residuals.add(v);
  };
  for (const node of graph.nodes) if (depends[node.out]) node.inputs.forEach(need);
  outputs.forEach(need);
  return [...residuals];
}

/**
 * Linearisation is a partition by dependence: of the Graph with tangents, what depends on a tangent
 * is the linear map, the rest is known, and the values between the two are the residuals.
 */
export function linearizeGraph(graph: Graph, moves: readonly boolean[]): Linearized {
  return memo(graph, `linearize ${maskText(moves)}`, (graph) => {
    const { graph: whole, tangents } = jvpGraph(graph, moves);
    const primal = range(0, graph.inputs);
    const moving = range(graph.inputs, whole.inputs);
    const outputs = whole.outputs.slice(0, graph.outputs.length);
    const movedOutputs = whole.outputs.slice(graph.outputs.length);
    const depends = dependents(whole, [...primal.map(() => false), ...moving.map(() => true)]);
    const residuals = residualsOf(whole, depends, movedOutputs);
    return {
      known: subGraph(whole, primal, [...outputs, ...residuals]),
      linear: subGraph(whole, [...residuals, ...moving], movedOutputs),
      residuals: residuals.length,
      tangents,
    };
  });
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
