import type { Aval, DType } from "../../core/mod.ts";
import { otherAxes, sameShape } from "../../core/internal.ts";
import { type Builder, emit } from "./emit_node.ts";
import { type Node, type NodeParams, paramsOf } from "./node.ts";

/**
 * Products of a matrix and a single vector read the matrix once and are bound by memory: they are
 * lowered to a reduction of row or column sums, whichever runs along the matrix as it lies. Sums of
 * columns read little of a row at a time, so a machine may do better by a product.
 */

/** Matrices below this size stay products. */
const MIN_SIZE = 4096;
/** Columns from which a row times a matrix may stay a product. */
const MIN_COLUMNS = 64;

type Side = {
  readonly node: Node;
  readonly free: readonly number[];
  readonly summed: readonly number[];
};

/** The product as a reduction, if one operand is a vector; else -1. */
export function vectorProduct(
  b: Builder,
  x: Node,
  y: Node,
  { contract, batch }: NodeParams,
  aval: Aval,
): number {
  if (batch[0].length > 0 || !b.machine.elementwise.has("mul")) return -1;
  const sides = [x, y].map((node, i): Side => {
    const summed = contract[i as 0 | 1];
    return { node, free: otherAxes(node.shape.length, summed), summed };
  });
  const isVector = ({ node, free }: Side): boolean => free.every((axis) => node.shape[axis] === 1);
  const at = sides.findIndex(isVector);
  if (at < 0) return -1;
  const [vector, matrix] = [sides[at]!, sides[1 - at]!];
  if (matrix.node.size < MIN_SIZE || isVector(matrix)) return -1;
  const isRow = matrix.summed.includes(innermostAxis(b, matrix.node));
  if (b.machine.rowProducts && at === 0 && !isRow && isPlain(b, matrix)) {
    const inputs = [storedVector(b, vector), matrix.node.id];
    const params = { contract, batch };
    return emit(b, { kind: "product", op: "dot_general", params, inputs, aval });
  }
  return reducedProduct(b, vector, matrix, isRow, aval);
}

/** The matrix times the repeated vector, reduced along its rows if `isRow`, else along its columns. */
function reducedProduct(
  b: Builder,
  vector: Side,
  matrix: Side,
  isRow: boolean,
  aval: Aval,
): number {
  const shape = (axes: readonly number[]): number[] => axes.map((axis) => matrix.node.shape[axis]!);
  const order = isRow ? [...matrix.free, ...matrix.summed] : [...matrix.summed, ...matrix.free];
  const whole = shape(order);
  const first = isRow ? matrix.free.length : 0;
  const dims = matrix.summed.map((_, i) => first + i);
  const rows = view(b, "transpose", { perm: order }, asF32(b, matrix.node), whole);
  const flat = vectorNode(b, vector, shape(matrix.summed));
  const repeated = view(b, "broadcast_in_dim", { shape: whole, dims }, flat, whole);
  const f32 = (shape: readonly number[]): Aval => ({ shape, dtype: "f32" });
  const products = emit(b, {
    kind: "elementwise",
    op: "mul",
    params: null,
    inputs: [rows, repeated],
    aval: f32(whole),
  });
  const sum = emit(b, {
    kind: "reduce",
    op: "reduce_sum",
    params: { axes: dims },
    inputs: [products],
    aval: f32(shape(matrix.free)),
  });
  const result = convert(b, b.nodes[sum]!, aval.dtype);
  return view(b, "reshape", { shape: aval.shape }, result, aval.shape);
}

/** The axis of a node along which its elements lie next to each other, through transpositions. */
function innermostAxis(b: Builder, node: Node): number {
  let axis = node.shape.length - 1;
  const perms: (readonly number[])[] = [];
  for (let n = node; n.kind === "view" || n.op === "convert_element_type";) {
    if (n.op === "transpose") perms.push(paramsOf(n).perm);
    else if (n.op !== "convert_element_type" && n.op !== "fence") break;
    n = b.nodes[n.inputs[0]!]!;
  }
  for (const perm of perms.reverse()) axis = perm.indexOf(axis);
  return axis;
}

/** Whether a matrix lies in memory as f32, with many columns. */
function isPlain({ nodes }: Builder, { node, free, summed }: Side): boolean {
  if (node.dtype !== "f32" || free.length !== 1 || summed.length !== 1) return false;
  if (node.shape[free[0]!]! < MIN_COLUMNS) return false;
  let array = node;
  while (array.op === "transpose") array = nodes[array.inputs[0]!]!;
  return STORED.has(array.kind) && array.kind !== "constant";
}

/** The vector in memory: computed once, not for every row. */
function storedVector(b: Builder, { node }: Side): number {
  return STORED.has(node.kind) ? node.id : emit(b, {
    kind: "copy",
    op: "reshape",
    params: { shape: node.shape, stored: true }, // unlike those of a reshape, which is a view
    inputs: [node.id],
    aval: { shape: node.shape, dtype: node.dtype },
  });
}

/** The vector [K...] in f32. */
function vectorNode(b: Builder, side: Side, shape: readonly number[]): number {
  const { node, free, summed } = side;
  const ordered = view(
    b,
    "transpose",
    { perm: [...free, ...summed] },
    asF32(b, b.nodes[storedVector(b, side)]!),
    [...free, ...summed].map((axis) => node.shape[axis]!),
  );
  return view(b, "reshape", { shape }, ordered, shape);
}

const STORED = new Set([
  "input",
  "reduce",
  "concatenate",
  "update",
  "cumulative",
  "attention",
  "host",
  "copy",
  "constant",
]);

/** A node in f32. */
export function asF32(b: Builder, node: Node): number {
  return convert(b, node, "f32");
}

/** A node in another dtype. */
export function convert(b: Builder, node: Node, dtype: DType): number {
  if (node.dtype === dtype) return node.id;
  const aval = { shape: node.shape, dtype };
  const params = { dtype };
  const op = "convert_element_type";
  return emit(b, { kind: "elementwise", op, params, inputs: [node.id], aval });
}

/** A view of a node; the node itself where nothing moves. */
export function view(
  b: Builder,
  op: string,
  params: Partial<NodeParams>,
  input: number,
  shape: readonly number[],
): number {
  const node = b.nodes[input]!;
  const moves = op !== "transpose" || !params.perm!.every((p, i) => p === i);
  if (!moves || (op !== "transpose" && sameShape(node.shape, shape))) return input;
  const aval = { shape, dtype: node.dtype };
  return emit(b, { kind: "view", op, params, inputs: [input], aval });
}
