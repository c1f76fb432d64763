import type { Graph } from "../core/mod.ts";
import { bytesOf, sizeOf } from "../core/internal.ts";

/** Primitives that cost less to compute again than their result costs to keep. */
const CHEAP: ReadonlySet<string> = new Set([
  "abs",
  "add",
  "and",
  "broadcast_in_dim",
  "constant",
  "convert_element_type",
  "eq",
  "ge",
  "gt",
  "iota",
  "le",
  "lt",
  "max",
  "min",
  "mul",
  "ne",
  "neg",
  "not",
  "or",
  "reshape",
  "select",
  "sign",
  "stop_gradient",
  "sub",
  "transpose",
]);

/** What a value costs to keep. */
export type Costs = {
  /** Whether it costs nothing. */
  readonly free: (v: number) => boolean;
  /** Whether it is kept anyway. */
  readonly stored: (v: number) => boolean;
};

/**
 * Residuals with those left out that are cheap to compute again: from nothing, from values that are
 * free anyway, or from one value that is no larger.
 */
export function cheapestResiduals(
  graph: Graph,
  residuals: readonly number[],
  { free, stored }: Costs,
): number[] {
  const roots = rootsOf(graph, { free, stored });
  const kept = new Set<number>();
  const later: number[] = [];
  for (const v of residuals) {
    const own = roots[v]!;
    if (own && own.every(free)) own.forEach((root) => kept.add(root));
    else if (own && !(own.length === 1 && own[0] === v)) later.push(v);
    else kept.add(v);
  }
  for (const v of later) {
    const costly = roots[v]!.filter((root) => !free(root) && !kept.has(root));
    const bytes = costly.reduce((sum, root) => sum + bytesOfValue(graph, root), 0);
    if (bytes <= bytesOfValue(graph, v)) roots[v]!.forEach((root) => kept.add(root));
    else kept.add(v);
  }
  return [...kept];
}

const MAX_ROOTS = 3;

/** The values that each value is cheaply computed from: itself where it is not cheap. */
function rootsOf(graph: Graph, { free, stored }: Costs): (readonly number[])[] {
  const roots: (readonly number[])[] = [];
  for (let v = 0; v < graph.inputs; v++) roots[v] = [v];
  for (const node of graph.nodes) {
    const joint = [...new Set(node.inputs.flatMap((v) => roots[v]!))];
    const cheap = CHEAP.has(node.primitive.name) &&
      joint.filter((v) => !free(v)).length <= MAX_ROOTS && joint.length <= 2 * MAX_ROOTS;
    for (let v = node.out; v < node.out + node.count; v++) {
      roots[v] = cheap && !stored(v) ? joint : [v];
    }
  }
  return roots;
}

function bytesOfValue(graph: Graph, v: number): number {
  const { shape, dtype } = graph.avals[v]!;
  return sizeOf(shape) * bytesOf(dtype);
}
