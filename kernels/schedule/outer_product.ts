import type { Aval } from "../../core/mod.ts";
import { otherAxes, range } from "../../core/internal.ts";
import { type Builder, emit } from "./emit_node.ts";
import type { Node, NodeParams } from "./node.ts";
import { asF32, convert, view } from "./vector_product.ts";

/**
 * A product that sums one term an element, x ⊗ y, as an elementwise product: it is bound by memory,
 * and becomes part of who reads it. -1 if more is summed.
 */
export function outerProduct(
  b: Builder,
  x: Node,
  y: Node,
  { contract, batch }: NodeParams,
  aval: Aval,
): number {
  if (!b.machine.elementwise.has("mul")) return -1;
  if (contract[0].some((axis) => x.shape[axis] !== 1)) return -1;
  const shared = batch[0].length;
  const left = x.shape.length - contract[0].length - shared;
  const right = y.shape.length - contract[1].length - shared;
  const lead = range(shared);
  const places = [
    [...lead, ...range(left).map((i) => shared + i)],
    [...lead, ...range(right).map((i) => shared + left + i)],
  ];
  const inputs = [x, y].map((node, i) => {
    const side = i as 0 | 1;
    const free = otherAxes(node.shape.length, [...contract[side], ...batch[side]]);
    const perm = [...batch[side], ...free, ...contract[side]];
    const whole = perm.map((axis) => node.shape[axis]!);
    const ordered = view(b, "transpose", { perm }, asF32(b, node), whole);
    const kept = whole.slice(0, shared + free.length);
    const flat = view(b, "reshape", { shape: kept }, ordered, kept);
    const params = { shape: aval.shape, dims: places[side]! };
    return view(b, "broadcast_in_dim", params, flat, aval.shape);
  });
  const result: Aval = { shape: aval.shape, dtype: "f32" };
  const product = emit(b, { kind: "elementwise", op: "mul", params: null, inputs, aval: result });
  return convert(b, b.nodes[product]!, aval.dtype);
}
