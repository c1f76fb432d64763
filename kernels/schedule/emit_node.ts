import type { Aval } from "../../core/mod.ts";
import { avalId, sizeOf } from "../../core/internal.ts";
import { allPrimitives } from "../../core/mod.ts";
import { signatureOf } from "../../core/internal.ts";
import type { Machine } from "../ir/types.ts";
import type { Node, NodeKind } from "./node.ts";

/** Nodes under construction, shared by structure. */
export type Builder = {
  readonly machine: Machine;
  readonly nodes: Node[];
  readonly constants: Map<string, number>;
  readonly shared: Map<number, number[]>;
  readonly signatures: number[];
};

/** What `emit` makes a node of. */
export type Emission = {
  readonly kind: NodeKind;
  readonly op: string;
  readonly params: unknown;
  readonly inputs: readonly number[];
  readonly aval: Aval;
  /** Primitive and parameters as one integer; found from their text when left out. */
  readonly signature?: number;
  /** Never the same as another node. */
  readonly unique?: boolean;
  readonly results?: readonly number[];
};

/** No nodes. */
export function builder(machine: Machine): Builder {
  return { machine, nodes: [], constants: new Map(), shared: new Map(), signatures: [] };
}

/** An input. */
export function input(b: Builder, aval: Aval): number {
  return push(b, { kind: "input", op: "input", params: null, inputs: [], aval }, 0, -1);
}

/** An array of one number. */
export function constantNode(b: Builder, value: number, aval: Aval): number {
  const key = `${Object.is(value, -0) ? "-0" : value} ${avalId(aval)}`;
  let id = b.constants.get(key);
  if (id === undefined) {
    const emission = { kind: "constant", op: "constant", params: null, inputs: [], aval } as const;
    id = push(b, emission, value, -1);
    b.constants.set(key, id);
  }
  return id;
}

/** The node, or the one that is equal to it. */
export function emit(b: Builder, emission: Emission): number {
  if (emission.unique) return push(b, emission, 0, -1);
  const signature = emission.signature ?? textSignature(emission);
  let hash = signature;
  for (const i of emission.inputs) hash = Math.imul(hash ^ i, 0x01000193) | 0;
  let bucket = b.shared.get(hash);
  if (!bucket) b.shared.set(hash, bucket = []);
  for (const id of bucket) {
    const inputs = b.nodes[id]!.inputs;
    if (b.signatures[id] !== signature || inputs.length !== emission.inputs.length) continue;
    if (inputs.every((v, i) => v === emission.inputs[i])) return id;
  }
  const id = push(b, emission, 0, signature);
  bucket.push(id);
  return id;
}

function textSignature({ op, params }: Emission): number {
  const primitive = allPrimitives().get(op) ?? allPrimitives().get("pad")!; // "pads" is ours
  return signatureOf(primitive, params);
}

function push(b: Builder, emission: Emission, value: number, signature: number): number {
  const { kind, op, params, inputs, aval } = emission;
  const id = b.nodes.length;
  const results = emission.results ?? (kind === "host" || kind === "attention" ? [id] : []);
  const { shape, dtype } = aval;
  b.nodes.push({ id, kind, op, params, inputs, shape, dtype, size: sizeOf(shape), value, results });
  b.signatures.push(signature);
  return id;
}
