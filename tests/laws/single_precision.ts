import { type Aval, type DType, Graph, type GraphNode, roundTo, signatureOf } from "../../mod.ts";
import type { Case } from "./case.ts";

/** The case with f32 in the place of f64: in its operands, its parameters and their Graphs. */
export function inSinglePrecision(one: Case): Case {
  const avals = one.avals.map(narrowed);
  return {
    avals,
    values: one.values.map((data, i) => roundTo(data, avals[i]!.dtype)),
    params: narrowedParams(one.params),
  };
}

function narrowed({ shape, dtype }: Aval): Aval {
  return { shape, dtype: single(dtype) };
}

function single(dtype: DType): DType {
  return dtype === "f64" ? "f32" : dtype;
}

function narrowedParams(value: unknown): unknown {
  if (value === "f64") return "f32";
  if (value instanceof Graph) return narrowedGraph(value);
  if (Array.isArray(value)) return value.map(narrowedParams);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, part]) => [name, narrowedParams(part)]);
  return Object.fromEntries(entries);
}

function narrowedGraph({ inputs, nodes, outputs, avals }: Graph): Graph {
  const moved = nodes.map((node): GraphNode => {
    const params = narrowedParams(node.params);
    return { ...node, params, signature: signatureOf(node.primitive, params) };
  });
  return new Graph(inputs, moved, outputs, avals.map(narrowed));
}
