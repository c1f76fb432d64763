import {
  addIndex,
  axisIndex,
  constantIndex,
  dynamicIndex,
  flatten,
  indexRange,
  NotAffine,
  requireAffine,
  scaleIndex,
  shiftIndex,
  unflatten,
} from "../ir/index.ts";
import type { Axis, Index, Value } from "../ir/types.ts";
import { constantValue, type Expressions, makeValue } from "../ir/value.ts";
import { type Node, paramsOf } from "../schedule/node.ts";
import { convertValue } from "./convert.ts";
import { formulaValue, hasFormula } from "./formulas/mod.ts";
import type { Lowering } from "./lowering.ts";
import { randomValue } from "./random.ts";

/** A node has to be stored for the kernel to be built. */
export class StoreDemand extends Error {
  readonly node: number;
  constructor(node: number, reason: string) {
    super(reason);
    this.node = node;
  }
}

/** A kernel cannot be built with these members. */
export class Unmergeable extends Error {}

/**
 * The value of `node` at `at`, one index an axis. The depth of the recursion is bounded, because
 * cones are cut by storing.
 */
export function valueAt(c: Lowering, node: number, at: readonly Index[]): Value {
  const known = c.memo.get(node);
  const found = known?.find(([other]) => sameIndices(other, at));
  if (found) return found[1];
  const value = c.local(node, at) ?? compute(c, c.norm.nodes[node]!, at);
  if (known) known.push([at, value]);
  else c.memo.set(node, [[at, value]]);
  return value;
}

/** Computes `node` though it is stored, because this kernel stores it. */
export function ownValueAt(c: Lowering, node: number, at: readonly Index[]): Value {
  c.memo.delete(node);
  c.skip = node;
  const value = valueAt(c, node, at);
  c.skip = -1;
  return value;
}

/** Whether two lists hold the same indices of one table. */
export function sameIndices(a: readonly Index[], b: readonly Index[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function compute(c: Lowering, n: Node, at: readonly Index[]): Value {
  const { table } = c;
  if (n.kind === "input" || (c.stored[n.id] && n.id !== c.skip)) return load(c, n, at);
  switch (n.kind) {
    case "constant":
      return constantValue(table, n.value, n.dtype);
    case "iota": {
      const index = requireAffine(at[paramsOf(n).axis]!);
      const counted = makeValue(table, "index", "i32", [], { index });
      return convertValue(c.table, counted, n.dtype);
    }
    case "elementwise": {
      const args = n.inputs.map((k) => valueAt(c, k, at));
      if (n.op === "convert_element_type") return convertValue(c.table, args[0]!, n.dtype);
      if (!c.native.has(n.op) && hasFormula(n.op)) {
        return formulaValue(table, n.op, n.dtype, args, n.params);
      }
      const params = n.params === null ? {} : { params: n.params };
      return makeValue(table, n.op, n.dtype, args, params);
    }
    case "view":
      return view(c, n, at);
    case "gather":
      return valueAt(c, n.inputs[0]!, gatherIndices(c, n, at));
    case "random":
      return randomValue(c, n, at, valueAt);
    case "copy":
      return valueAt(c, n.inputs[0]!, at);
    default:
      throw new Unmergeable(`Cannot lower ${n.op}: it has no value at an index`);
  }
}

function load(c: Lowering, n: Node, at: readonly Index[]): Value {
  const index = requireAffine(flatten(c.table.indices, at, n.shape));
  c.loads.add(n.id);
  return makeValue(c.table, "load", n.dtype, [], { buffer: c.bufferOf(n.id), index });
}

function view(c: Lowering, n: Node, at: readonly Index[]): Value {
  const source = c.norm.nodes[n.inputs[0]!]!;
  if (n.op !== "reshape") return valueAt(c, source.id, movedIndices(c, n, at));
  try {
    return valueAt(c, source.id, movedIndices(c, n, at));
  } catch (error) {
    if (!(error instanceof NotAffine)) throw error;
    const isLoad = source.kind === "input" || c.stored[source.id] !== 0;
    throw new StoreDemand(isLoad && n.id !== c.skip ? n.id : source.id, error.message);
  }
}

/** Where a view reads its operand. */
export function movedIndices(c: Lowering, n: Node, at: readonly Index[]): readonly Index[] {
  const t = c.table.indices;
  const params = paramsOf(n);
  const source = c.norm.nodes[n.inputs[0]!]!;
  switch (n.op) {
    case "reshape":
      return unflatten(t, flatten(t, at, n.shape), source.shape);
    case "transpose": {
      const moved = at.slice();
      params.perm.forEach((p, i) => moved[p] = at[i]!);
      return moved;
    }
    case "broadcast_in_dim":
      return params.dims.map((d) => at[d]!);
    case "slice":
      return at.map((x, i) => shiftIndex(t, scaleIndex(t, x, params.step[i]!), params.start[i]!));
    case "rev":
      return at.map((x, i) =>
        params.axes.includes(i) ? shiftIndex(t, scaleIndex(t, x, -1), n.shape[i]! - 1) : x
      );
    case "windows": {
      const { axis, stride, dilation } = params;
      const start = scaleIndex(t, at[axis + 1]!, stride);
      const place = addIndex(t, start, scaleIndex(t, at[axis]!, dilation));
      return [...at.slice(0, axis), place, ...at.slice(axis + 2)];
    }
    default: // fence
      return at;
  }
}

function gatherIndices(c: Lowering, n: Node, at: readonly Index[]): readonly Index[] {
  const t = c.table.indices;
  const source = c.norm.nodes[n.inputs[0]!]!;
  if (n.op === "dynamic_slice") {
    return at.map((x, i) => {
      const free = source.shape[i]! - n.shape[i]!;
      const start = clampedIndex(c, n.inputs[i + 1]!, [], free);
      return addIndex(t, start, x);
    });
  }
  const { axis } = paramsOf(n);
  const rank = c.norm.nodes[n.inputs[1]!]!.shape.length;
  const row = clampedIndex(c, n.inputs[1]!, at.slice(axis, axis + rank), source.shape[axis]! - 1);
  return [...at.slice(0, axis), row, ...at.slice(axis + rank)];
}

/** The integer node `node` at `at` as an index clamped to 0 ... max. */
export function clampedIndex(
  c: Lowering,
  node: number,
  at: readonly Index[],
  max: number,
): Index {
  const t = c.table.indices;
  if (max === 0) return constantIndex(t, 0);
  const raw = valueAt(c, node, at);
  if (raw.op === "const") return constantIndex(t, Math.min(max, Math.max(0, raw.number!)));
  if (raw.op === "index") {
    const [low, high] = indexRange(t, raw.index!);
    if (low >= 0 && high <= max) return raw.index!;
  }
  const { dtype } = raw;
  const limit = constantValue(c.table, max, dtype === "u32" ? "u32" : "i32");
  const wide = dtype === "u32" ? raw : convertValue(c.table, raw, "i32");
  const below = makeValue(c.table, "min", wide.dtype, [wide, limit]);
  const signed = convertValue(c.table, below, "i32");
  const zero = constantValue(c.table, 0, "i32");
  const clamped = makeValue(c.table, "max", "i32", [signed, zero]);
  return dynamicIndex(t, clamped, max + 1);
}

/** The indices of a domain walked by axes of the kernel: `axes` cover `shape` in row-major order. */
export function domainIndices(
  table: Expressions,
  axes: readonly Axis[],
  shape: readonly number[],
): Index[] {
  const t = table.indices;
  const position = flatten(t, axes.map((a) => axisIndex(t, a)), axes.map((a) => a.size));
  return unflatten(t, position, shape);
}
