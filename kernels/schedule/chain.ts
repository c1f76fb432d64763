import { sameShape } from "../../core/internal.ts";
import type { Consumers } from "./consumers.ts";
import type { Node, Norm } from "./node.ts";
import { paramsOf } from "./node.ts";
import { splitsColumns } from "./columns.ts";

/** Longest chain of nodes that a product computes on its result. */
const MAX_CHAIN = 96;

/**
 * The nodes that each product absorbs: its chain of single consumers that are elementwise of the same
 * shape, reshapes, transpositions that keep the last axis, and one concatenation at the end. Later
 * products claim first, so that a sum of two products is an epilogue of the later one.
 */
export function claimChains(
  norm: Norm,
  consumers: Consumers,
  forced: ReadonlySet<number>,
): Map<number, number[]> {
  const { nodes } = norm;
  const claimed = new Uint8Array(nodes.length);
  const chains = new Map<number, number[]>();
  for (let i = nodes.length - 1; i >= 0; i--) {
    if (nodes[i]!.kind !== "product") continue;
    claimed[i] = 1;
    const chain = forced.has(i) ? [i] : claim(norm, consumers, forced, claimed, i);
    chains.set(i, chain);
  }
  return chains;
}

function claim(
  norm: Norm,
  consumers: Consumers,
  forced: ReadonlySet<number>,
  claimed: Uint8Array,
  product: number,
): number[] {
  const { nodes } = norm;
  const chain = [product];
  while (chain.length < MAX_CHAIN) {
    const at = chain[chain.length - 1]!;
    const users = consumers.direct[at]!;
    if (consumers.isOutput[at] || forced.has(at) || users.length !== 1) break;
    const next = nodes[users[0]!]!;
    const isConcat = next.kind === "concatenate" && next.op === "concatenate" &&
      next.inputs.indexOf(at) === next.inputs.lastIndexOf(at);
    if (!isConcat && (claimed[next.id] || !extendsChain(nodes[at]!, next, consumers))) break;
    chain.push(next.id);
    if ((isConcat || next.op === "transpose") && splitsColumns(norm, chain)) {
      chain.pop();
      while (chain.length > 1 && nodes[chain[chain.length - 1]!]!.op === "reshape") {
        claimed[chain.pop()!] = 0;
      }
      break;
    }
    if (isConcat) break;
    claimed[next.id] = 1;
  }
  return chain;
}

function extendsChain(at: Node, next: Node, { isOutput }: Consumers): boolean {
  if (next.kind === "elementwise") return sameShape(next.shape, at.shape);
  if (next.op === "reshape" && next.kind === "view") return true;
  if (next.op !== "transpose") return false;
  const { perm } = paramsOf(next);
  return perm[perm.length - 1] === perm.length - 1 || isOutput[next.id] === 1;
}
