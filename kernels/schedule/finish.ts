import type { Aval } from "../../core/mod.ts";
import { type Builder, constantNode, emit } from "./emit_node.ts";
import { type Node, type Norm, paramsOf } from "./node.ts";
import { spellOut } from "./pads.ts";

/** The nodes that the outputs need, renumbered; outputs are distinct and no inputs. */
export function finish(
  b: Builder,
  inputs: readonly number[],
  wanted: readonly number[],
): Norm {
  const outputs = distinctOutputs(b, wanted);
  const live = liveNodes(b, [...inputs, ...outputs]);
  const to: number[] = [];
  const done: Builder = {
    ...b,
    nodes: [],
    constants: new Map(),
    shared: new Map(),
    signatures: [],
  };
  const count = b.nodes.length;
  for (let i = 0; i < count; i++) {
    const node = b.nodes[i]!;
    if (!live[i]) continue;
    const { value } = node;
    if (node.kind === "constant") to[i] = constantNode(done, value, node);
    else if (node.op === "pads") to[i] = concatenation(done, node, b.nodes, to);
    else {
      to[i] = done.nodes.length;
      const operands = node.inputs.map((v) => to[v]!);
      const first = to[i]! - i;
      const results = node.results.map((v) => v + first);
      done.nodes.push({ ...node, id: to[i]!, inputs: operands, results });
    }
  }
  return {
    nodes: done.nodes,
    inputs: inputs.map((v) => to[v]!),
    outputs: outputs.map((v) => to[v]!),
  };
}

/**
 * A reshaped or fenced value has the memory of its operand, so the operand is the output, unless it
 * is an input or an output already.
 */
function distinctOutputs(b: Builder, wanted: readonly number[]): number[] {
  const taken = new Set<number>();
  return wanted.map((v) => {
    let base = v;
    while (isSameMemory(b.nodes[base]!)) base = b.nodes[base]!.inputs[0]!;
    if (!taken.has(base) && b.nodes[base]!.kind !== "input") {
      taken.add(base);
      return base;
    }
    const aval: Aval = b.nodes[base]!;
    const params = { shape: aval.shape };
    return emit(b, { kind: "copy", op: "reshape", params, inputs: [base], aval, unique: true });
  });
}

/** Whether a node is its first operand under another shape or name. */
export function isSameMemory(node: Node): boolean {
  return node.kind === "view" && (node.op === "reshape" || node.op === "fence");
}

function liveNodes(b: Builder, roots: readonly number[]): Uint8Array {
  const live = new Uint8Array(b.nodes.length);
  for (const v of roots) live[v] = 1;
  for (let i = b.nodes.length - 1; i >= 0; i--) {
    const node = b.nodes[i]!;
    if (node.results.some((v) => live[v])) { for (const v of node.results) live[v] = 1; }
    if (!live[i]) continue;
    for (const v of node.inputs) live[v] = 1;
  }
  return live;
}

function concatenation(
  done: Builder,
  node: Node,
  nodes: readonly Node[],
  to: readonly number[],
): number {
  const inputs = spellOut(node, nodes).map((part) =>
    typeof part === "number" ? to[part]! : constantNode(done, 0, part)
  );
  const params = { axis: paramsOf(node).axis };
  if (inputs.length === 1) return inputs[0]!;
  return emit(done, {
    kind: "concatenate",
    op: "concatenate",
    params,
    inputs,
    aval: node,
    unique: true,
  });
}
