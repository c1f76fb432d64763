import {
  bind,
  iota,
  moveAxis,
  type Primitive,
  sum,
  take,
  type Tensor,
  UnsupportedError,
} from "../core/mod.ts";
import { broadcastFront } from "../core/internal.ts";

/**
 * The two operations between the rows of a named axis. Batching takes them away, so that none ever
 * reaches a backend: they are not among the registered primitives, which have a value.
 */

/** An axis that `vmap` has given a name. */
export type NamedAxisParams = { readonly axisName: string; readonly size: number };

/**
 * x of every row of a named axis, stacked in front: all the other collectives are functions of it.
 * Batching over that axis takes it away.
 */
const allGatherP: Primitive<[Tensor], [Tensor], NamedAxisParams> = {
  name: "all_gather",
  infer: ([x], { size }) => [{ shape: [size, ...x.shape], dtype: x.dtype }],
  evaluate: (_inputs, { axisName }) => unbound("gather", axisName),
  jvp: ([x], [dx], params) => [[gathered(x, params)], [dx && gathered(dx, params)]],
  // A row gets what the others' copies of it get.
  transpose: ([ct], _inputs, params) => {
    if (!ct) return [null];
    return [take(sum(gathered(ct, params), { axes: [0] }), indexOfRow(params), { mode: "clip" })];
  },
  batch: ([x], [batched], params) => [batched ? moveAxis(gathered(x, params), 0, 1) : x],
};

/** The number of the row along a named axis, an i32 scalar. */
const axisIndexP: Primitive<[], [Tensor], NamedAxisParams> = {
  name: "axis_index",
  infer: () => [{ shape: [], dtype: "i32" }],
  evaluate: (_inputs, { axisName }) => unbound("number", axisName),
};

/** `all_gather` of one tensor. */
export function gathered(x: Tensor, params: NamedAxisParams): Tensor {
  return bind(allGatherP, [x], params)[0];
}

/** `axis_index`. */
export function indexOfRow(params: NamedAxisParams): Tensor {
  return bind(axisIndexP, [], params)[0];
}

/**
 * What a node is where Graphs are batched over its axis: the stacked rows, which are the same for
 * every row, or their numbers. Null for all other nodes.
 */
export function resolved(
  { primitive, params }: {
    readonly primitive: { readonly name: string };
    readonly params: unknown;
  },
  { operands, batched, name, size }: {
    readonly operands: readonly Tensor[];
    readonly batched: readonly boolean[];
    readonly name: string | undefined;
    readonly size: number;
  },
): { readonly value: Tensor; readonly batched: boolean } | null {
  if (name === undefined || (params as NamedAxisParams | null)?.axisName !== name) return null;
  if (primitive.name === axisIndexP.name) return { value: iota([size]), batched: true };
  if (primitive.name !== allGatherP.name) return null;
  const [x] = operands;
  return { value: batched[0] ? x! : broadcastFront(x!, size), batched: false };
}

function unbound(verb: string, name: string): never {
  throw new UnsupportedError(
    `Cannot ${verb} the rows of the axis "${name}": the function has left the vmap that named it`,
  );
}
