import { sizeOf } from "../../core/internal.ts";
import {
  flatten,
  type IndexTable,
  indexTable,
  requireAffine,
  shiftIndex,
  unflatten,
} from "../ir/index.ts";
import { linear } from "../ir/index.ts";
import type { Index } from "../ir/types.ts";
import { axisGroups, realAxes, withSplits } from "./axes.ts";
import type { Node, Norm } from "./node.ts";
import { paramsOf } from "./node.ts";

/** Sides of a product's result: batch, rows and columns. */
export function productSides(
  { nodes }: Norm,
  product: Node,
): {
  readonly batch: readonly number[];
  readonly rows: readonly number[];
  readonly columns: readonly number[];
} {
  const { contract, batch } = paramsOf(product);
  const shared = batch[0].length;
  const right = nodes[product.inputs[1]!]!.shape.length - contract[1].length - shared;
  const { shape } = product;
  return {
    batch: shape.slice(0, shared),
    rows: shape.slice(shared, shape.length - right),
    columns: shape.slice(shape.length - right),
  };
}

/** Where the end of a chain has the element that a product's result has at `at`. */
export function alongChain(
  t: IndexTable,
  { nodes }: Norm,
  from: number,
  next: number,
  at: readonly Index[],
): readonly Index[] {
  const node = nodes[next]!;
  const params = paramsOf(node);
  if (node.kind === "view" && node.op === "reshape") {
    return unflatten(t, flatten(t, at, nodes[from]!.shape), node.shape);
  }
  if (node.op === "transpose") return params.perm.map((p) => at[p]!);
  if (node.kind === "concatenate") {
    const start = partStart(nodes, node, node.inputs.indexOf(from));
    return at.map((x, i) => i === params.axis ? shiftIndex(t, x, start) : x);
  }
  return at;
}

/** Where part `i` of a concatenation starts. */
export function partStart(nodes: readonly Node[], node: Node, i: number): number {
  const { axis } = paramsOf(node);
  return node.inputs.slice(0, i).reduce((sum, k) => sum + nodes[k]!.shape[axis]!, 0);
}

/** Whether storing at the end of a chain would split a product's columns. */
export function splitsColumns(norm: Norm, chain: readonly number[]): boolean {
  const product = norm.nodes[chain[0]!]!;
  const { batch, rows, columns } = productSides(norm, product);
  const axes = axisGroups([batch, rows, columns].map(sizeOf));
  const t = indexTable();
  try {
    return withSplits(axes, () => {
      const [b, m, n] = axes.groups as [
        typeof axes.groups[0],
        typeof axes.groups[0],
        typeof axes.groups[0],
      ];
      let at: readonly Index[] = [
        ...unflatten(t, linear(t, b), batch),
        ...unflatten(t, linear(t, m), rows),
        ...unflatten(t, linear(t, n), columns),
      ];
      for (let i = 1; i < chain.length; i++) at = alongChain(t, norm, chain[i - 1]!, chain[i]!, at);
      requireAffine(flatten(t, at, norm.nodes[chain[chain.length - 1]!]!.shape));
      return realAxes(n).length > 1;
    });
  } catch {
    return true;
  }
}
