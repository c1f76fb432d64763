import { type Aval, type DType, Graph, type GraphNode } from "../../mod.ts";
import { roundTo, signatureOf } from "../../core/internal.ts";
import type { Case } from "./case.ts";

/** The case with another dtype in the place of f64: in operands, parameters and their Graphs. */
export function withDtype(one: Case, dtype: DType): Case {
  const avals = one.avals.map((aval) => narrowed(aval, dtype));
  return {
    avals,
    values: one.values.map((data, i) => roundTo(data, avals[i]!.dtype)),
    params: narrowedParams(one.params, dtype),
  };
}

function narrowed(aval: Aval, dtype: DType): Aval {
  return aval.dtype === "f64" ? { shape: aval.shape, dtype } : aval;
}

function narrowedParams(value: unknown, dtype: DType): unknown {
  if (value === "f64") return dtype;
  if (value instanceof Graph) return narrowedGraph(value, dtype);
  if (Array.isArray(value)) return value.map((part) => narrowedParams(part, dtype));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([name, part]) => [name, narrowedParams(part, dtype)]));
}

function narrowedGraph({ inputs, nodes, outputs, avals }: Graph, dtype: DType): Graph {
  const moved = nodes.map((node): GraphNode => {
    const params = narrowedParams(node.params, dtype);
    return { ...node, params, signature: signatureOf(node.primitive, params) };
  });
  return new Graph(inputs, moved, outputs, avals.map((aval) => narrowed(aval, dtype)));
}
