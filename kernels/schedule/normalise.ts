import type { AnyPrimitive, Aval, Graph, GraphNode } from "../../core/mod.ts";
import { expandGraph, range, roundTo } from "../../core/internal.ts";
import { mayAttend } from "../ir/attention.ts";
import type { Machine } from "../ir/types.ts";
import { hasFormula } from "../lower/formulas/mod.ts";
import { replaceComposites } from "./composites/mod.ts";
import { finish } from "./finish.ts";
import { classify, type Node, type Norm, paramsOf } from "./node.ts";
import { type Builder, builder, constantNode, emit, input } from "./emit_node.ts";
import { simplify } from "./simplify.ts";

/**
 * The Graph with composites replaced by their parts, aliases dropped, constants folded to the bit,
 * common subexpressions shared, sums of disjoint pads made concatenations, and dead code removed.
 */
export function normalise(whole: Graph, machine: Machine): Norm {
  const graph = replaceComposites(
    expandGraph(whole, (primitive) => !mayAttend(primitive)),
    machine,
  );
  const b = builder(machine);
  const map: number[] = [];
  const inputs: number[] = [];
  for (let i = 0; i < graph.inputs; i++) inputs.push(map[i] = input(b, graph.avals[i]!));
  for (const node of graph.nodes) {
    const operands = node.inputs.map((v) => map[v]!);
    if (node.primitive.name === "fence") fence(b, node, operands, map);
    else if (node.count > 1) several(b, graph, node, operands, map);
    else map[node.out] = single(b, node, operands, graph.avals[node.out]!);
  }
  return finish(b, inputs, graph.outputs.map((v) => map[v]!));
}

/** Every value of a fence is a node of its own, never shared, that waits for all operands. */
function fence(b: Builder, node: GraphNode, operands: readonly number[], map: number[]): void {
  const { count } = paramsOf(node);
  const order = emit(b, {
    kind: "order",
    op: "order",
    params: null,
    inputs: [...new Set(operands)],
    aval: { shape: [0], dtype: "bool" },
    unique: true,
  });
  for (let i = 0; i < count; i++) {
    const { shape, dtype } = b.nodes[operands[i]!]!;
    const inputs = [operands[i]!, order];
    map[node.out + i] = emit(b, {
      kind: "view",
      op: "fence",
      params: null,
      inputs,
      aval: { shape, dtype },
      unique: true,
    });
  }
}

/** A primitive with several results runs on the host, but for attention. */
function several(
  b: Builder,
  graph: Graph,
  node: GraphNode,
  operands: readonly number[],
  map: number[],
): void {
  const first = b.nodes.length;
  const results = range(node.count).map((i) => first + i);
  for (const i of results) {
    map[node.out + i - first] = emit(b, {
      kind: i > first ? "also" : mayAttend(node.primitive) ? "attention" : "host",
      op: node.primitive.name,
      params: node.params,
      inputs: i === first ? operands : [first],
      aval: graph.avals[node.out + i - first]!,
      unique: true,
      results: i === first ? results : [],
    });
  }
}

function single(
  b: Builder,
  { primitive, params, signature }: GraphNode,
  inputs: readonly number[],
  aval: Aval,
): number {
  const op = primitive.name;
  if (op === "stop_gradient") return inputs[0]!;
  if (op === "constant" && aval.dtype !== "f64") {
    return constantNode(
      b,
      roundTo(Float64Array.of(paramsOf({ params }).value), aval.dtype)[0]!,
      aval,
    );
  }
  const operands = inputs.map((i) => b.nodes[i]!);
  const kind = classify(op, operands, aval, b.machine);
  if (kind !== "host") {
    const folded = fold(b, primitive, params, operands, aval);
    if (folded >= 0) return folded;
    const simpler = simplify(b, { op, params: paramsOf({ params }), inputs, aval });
    if (simpler >= 0) return simpler;
  }
  return emit(b, { kind, op, params, inputs, aval, signature });
}

/** The result as a constant, if the operands are constants. */
function fold(
  b: Builder,
  primitive: AnyPrimitive,
  params: unknown,
  operands: readonly Node[],
  aval: Aval,
): number {
  const first = operands[0];
  if (!first || operands.some((x) => x.kind !== "constant")) return -1;
  const op = primitive.name;
  const moves = ["reshape", "transpose", "broadcast_in_dim", "slice", "rev", "windows", "gather"];
  if (moves.includes(op)) return constantNode(b, first.value, aval);
  const isMap = ["convert_element_type", "select"].includes(op) || b.machine.elementwise.has(op) ||
    hasFormula(op);
  if (!isMap) return -1;
  const scalars = operands.map(({ value, dtype }) => ({
    data: Float64Array.of(value),
    shape: [],
    dtype,
  }));
  const [result] = primitive.evaluate(scalars, params, [{ shape: [], dtype: aval.dtype }]);
  return constantNode(b, roundTo(result!, aval.dtype)[0]!, aval);
}
