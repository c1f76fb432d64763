import type { Aval } from "../../core/mod.ts";
import { sizeOf } from "../../core/internal.ts";
import { type Builder, emit } from "./emit_node.ts";
import { type Node, type NodeParams, paramsOf } from "./node.ts";

/**
 * Padding while a Graph is normalised: a `pads` node holds parts along one axis, zeros between them.
 * Sums of them grow, as the gradients of slices do, and what is full is a concatenation.
 */

/** x padded, one axis after the other. */
export function padAxes(b: Builder, x: Node, { low, high }: NodeParams, aval: Aval): number {
  let id = x.id;
  const shape = x.shape.slice();
  for (let axis = 0; axis < shape.length; axis++) {
    if (low[axis] === 0 && high[axis] === 0) continue;
    shape[axis] = aval.shape[axis]!;
    const padded: Aval = { shape: shape.slice(), dtype: aval.dtype };
    id = pads(b, axis, [[low[axis]!, id]], padded);
  }
  return id;
}

/** The sum of two nodes, if they are disjoint pads of one axis. A -0 in them stays what it is. */
export function addPads(b: Builder, x: Node, y: Node, aval: Aval): number {
  if (x.op !== "pads" || y.op !== "pads" || paramsOf(x).axis !== paramsOf(y).axis) return -1;
  const { axis } = paramsOf(x);
  const parts = [...partsOf(x), ...partsOf(y)].sort((a, b) => a[0] - b[0]);
  let end = 0;
  for (const [start, part] of parts) {
    if (start < end) return -1;
    end = start + b.nodes[part]!.shape[axis]!;
  }
  return pads(b, axis, parts, aval);
}

function partsOf(node: Node): (readonly [start: number, part: number])[] {
  return node.inputs.map((part, i) => [paramsOf(node).starts[i]!, part] as const);
}

function pads(
  b: Builder,
  axis: number,
  parts: readonly (readonly [start: number, part: number])[],
  aval: Aval,
): number {
  const inputs = parts.map(([, part]) => part);
  const filled = inputs.reduce((sum, part) => sum + b.nodes[part]!.shape[axis]!, 0);
  const full = filled === aval.shape[axis];
  const op = full ? "concatenate" : "pads";
  const starts = parts.map(([start]) => start);
  const params = full ? { axis } : { axis, starts, shape: aval.shape };
  return emit(b, { kind: "concatenate", op, params, inputs, aval });
}

/** The parts of a `pads` node with the zeros spelt out: shapes of zeros, and nodes. */
export function spellOut(
  node: Node,
  nodes: readonly Node[],
): (number | Aval)[] {
  const { axis } = paramsOf(node);
  const result: (number | Aval)[] = [];
  const zeros = (side: number): void => {
    const shape = node.shape.map((s, i) => i === axis ? side : s);
    if (sizeOf(shape) > 0) result.push({ shape, dtype: node.dtype });
  };
  let end = 0;
  for (const [start, part] of partsOf(node)) {
    zeros(start - end);
    result.push(part);
    end = start + nodes[part]!.shape[axis]!;
  }
  zeros(node.shape[axis]! - end);
  return result;
}
