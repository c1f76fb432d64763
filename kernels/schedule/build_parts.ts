import { sizeOf } from "../../core/internal.ts";
import { addIndex, flatten, linear, requireAffine, shiftIndex, unflatten } from "../ir/index.ts";
import type { Axis, Index, KernelIR, Store, Value } from "../ir/types.ts";
import { constantValue, makeValue } from "../ir/value.ts";
import type { Lowering } from "../lower/lowering.ts";
import { clampedIndex, StoreDemand, valueAt } from "../lower/value.ts";
import { axisGroups, realAxes, withSplits } from "./axes.ts";
import { partStart } from "./columns.ts";
import { convertValue } from "../lower/convert.ts";
import type { Group, Scheduling } from "./groups.ts";
import { bufferOf, type Buffers, type Built, lowering } from "./lowering.ts";
import { type Node, paramsOf, reductionOf } from "./node.ts";
import { updatedInPlace } from "./update.ts";

/** Column reductions: the rows of the kernel are the reduced axes, its lane all others. */
export function buildCol(s: Scheduling, group: Group, buffers: Buffers): Built {
  const { nodes } = s.norm;
  const reduced = group.shape.slice(0, group.lanes);
  const kept = group.shape.slice(group.lanes);
  const axes = axisGroups([sizeOf(reduced), sizeOf(kept)]);
  return withSplits(axes, () => {
    const c = lowering(s, buffers, new Set());
    const t = c.table.indices;
    const [rows, lanes] = [axes.groups[0]!, axes.groups[1]!];
    const at = [
      ...unflatten(t, linear(t, rows), reduced),
      ...unflatten(t, linear(t, lanes), kept),
    ];
    const reductions = group.members.map((m) => ({
      op: reductionOf(nodes[m]!),
      value: valueAt(c, nodes[m]!.inputs[0]!, at),
    }));
    const real = realAxes(lanes);
    if (real.length > 1) {
      const last = nodes[group.members.at(-1)!]!;
      throw new StoreDemand(last.inputs[0]!, "Cannot reduce columns: the lanes would be split");
    }
    const index = linear(t, lanes);
    const rowStores = group.members.map((m, number) => ({
      buffer: bufferOf(buffers, m),
      index,
      value: makeValue(c.table, "red", nodes[m]!.dtype, [], { number }),
    }));
    const ir: KernelIR = {
      kind: "col",
      rows: realAxes(rows),
      lane: real[0] ?? lanes.at(-1)!,
      stages: [{ reductions, stores: [] }],
      rowStores,
      tile: false,
      sequence: [],
    };
    return { ir, loads: c.loads };
  });
}

/** One operand of a concatenation, or the operand of an update, at its place. */
export function buildPart(s: Scheduling, group: Group, buffers: Buffers): Built {
  const { nodes } = s.norm;
  const whole = nodes[group.members[0]!]!;
  const operand = nodes[whole.inputs[group.part]!]!;
  const axes = axisGroups([operand.size]);
  return withSplits(axes, () => {
    const c = lowering(s, buffers, new Set());
    const t = c.table.indices;
    const at = unflatten(t, linear(t, axes.groups[0]!), operand.shape);
    const value = valueAt(c, operand.id, at);
    const start = whole.kind === "concatenate" ? partStart(nodes, whole, group.part) : 0;
    const axis = whole.kind === "concatenate" ? paramsOf(whole).axis : -1;
    const target = at.map((x, i) => i === axis ? shiftIndex(t, x, start) : x);
    const index = requireAffine(flatten(t, target, whole.shape));
    const store = { buffer: bufferOf(buffers, whole.id), index, value };
    return { ir: mapKernel(axes.groups, [store]), loads: c.loads };
  });
}

/** dynamic_update_slice and scatter: a map over the update that stores at dynamic places. */
export function buildUpdate(s: Scheduling, group: Group, buffers: Buffers): Built {
  const node = s.norm.nodes[group.members[0]!]!;
  const isScatter = node.op === "scatter";
  const update = s.norm.nodes[node.inputs[isScatter ? 2 : 1]!]!;
  const [outer, middle, inner] = updateSides(s, node, update);
  // A lane may not hold two rows: they could be the same one.
  const isWide = sizeOf(inner) > 1;
  const order = !isScatter || isWide ? [outer, middle, inner] : [middle, outer, inner];
  const axes = axisGroups(order.map(sizeOf));
  return withSplits(axes, () => {
    const c = lowering(s, buffers, new Set());
    const t = c.table.indices;
    const groupOf = (shape: readonly number[]): readonly Axis[] =>
      axes.groups[order.indexOf(shape)]!;
    const along = (shape: readonly number[]): Index[] =>
      unflatten(t, linear(t, groupOf(shape)), shape);
    const at = [...along(outer), ...along(middle), ...along(inner)];
    const value = valueAt(c, update.id, at);
    const buffer = bufferOf(buffers, node.id);
    const store = isScatter
      ? scatterStore(s, c, node, buffer, at, value)
      : sliceStore(s, c, node, buffer, at, value);
    // The operand is there already, or it is written first, at this place.
    const source = updatedInPlace(s, node);
    if (source >= 0 && s.stored[source]) c.loads.add(source);
    const sequence = isScatter
      ? {
        lanes: groupOf(isWide ? inner : outer),
        steps: realAxes(groupOf(middle)),
        segment: paramsOf(node).sorted ? rowOf(store) : undefined,
      }
      : undefined;
    return { ir: mapKernel(axes.groups, [store], sequence), loads: c.loads };
  });
}

/** The row that a scatter's store goes to; none where there is only one. */
function rowOf({ index }: Store): Value | undefined {
  for (const [atom] of index.terms) if (atom.kind === "dynamic") return atom.value;
  return undefined;
}

function updateSides(
  { norm }: Scheduling,
  node: Node,
  update: Node,
): [outer: readonly number[], middle: readonly number[], inner: readonly number[]] {
  if (node.op !== "scatter") return [[], [], update.shape.slice()];
  const { axis } = paramsOf(node);
  const rank = norm.nodes[node.inputs[1]!]!.shape.length;
  const { shape } = update;
  return [shape.slice(0, axis), shape.slice(axis, axis + rank), shape.slice(axis + rank)];
}

function sliceStore(
  { norm }: Scheduling,
  c: Lowering,
  node: Node,
  buffer: number,
  at: readonly Index[],
  value: Value,
): Store {
  const t = c.table.indices;
  const { shape } = norm.nodes[node.inputs[1]!]!;
  const target = at.map((x, i) => {
    const free = node.shape[i]! - shape[i]!;
    return addIndex(t, clampedIndex(c, node.inputs[i + 2]!, [], free), x);
  });
  return { buffer, index: requireAffine(flatten(t, target, node.shape)), value };
}

/** Changes the row that an id names; a row that there is not gets what it has. */
function scatterStore(
  { norm }: Scheduling,
  c: Lowering,
  node: Node,
  buffer: number,
  at: readonly Index[],
  value: Value,
): Store {
  const { table } = c;
  const t = table.indices;
  const { axis, kind } = paramsOf(node);
  const ids = norm.nodes[node.inputs[1]!]!;
  const idAt = at.slice(axis, axis + ids.shape.length);
  const rows = node.shape[axis]!;
  const row = clampedIndex(c, ids.id, idAt, rows - 1);
  const target = [...at.slice(0, axis), row, ...at.slice(axis + ids.shape.length)];
  const index = requireAffine(flatten(t, target, node.shape));
  const old = makeValue(table, "load", node.dtype, [], { buffer, index });
  const changed = kind === "set" ? value : makeValue(table, kind, node.dtype, [old, value]);
  const raw = valueAt(c, ids.id, idAt);
  const wide = raw.dtype === "u32" ? "u32" : "i32";
  const id = convertValue(c.table, raw, wide);
  const below = makeValue(table, "lt", "bool", [id, constantValue(table, rows, wide)]);
  const from = makeValue(table, "ge", "bool", [id, constantValue(table, 0, wide)]);
  const isInside = makeValue(table, "and", "bool", [below, from]);
  return { buffer, index, value: makeValue(table, "select", node.dtype, [isInside, changed, old]) };
}

/** Steps that run in order, and the axes of which the last one is the lane. */
type Sequence = {
  readonly lanes: readonly Axis[];
  readonly steps: readonly Axis[];
  readonly segment: Value | undefined;
};

/** A map kernel: its lane is the last real axis. */
function mapKernel(
  groups: readonly (readonly Axis[])[],
  stores: readonly Store[],
  sequence?: Sequence,
): KernelIR {
  const real = realAxes(groups.flat());
  const lanes = sequence ? realAxes(sequence.lanes) : real;
  const lane = lanes.at(-1) ?? unitAxis(groups);
  const rows = real.filter((axis) => axis !== lane);
  const tile = rows.length === 0 && !sequence;
  return {
    kind: "map",
    rows,
    lane,
    stages: [{ reductions: [], stores }],
    rowStores: [],
    tile,
    sequence: sequence?.steps ?? [],
    ...(sequence?.segment ? { segment: sequence.segment } : {}),
  };
}

/** An axis of one step. */
function unitAxis(groups: readonly (readonly Axis[])[]): Axis {
  const all = groups.flat();
  const id = Math.max(...all.map((axis) => axis.id)) + 1;
  return all.find((axis) => axis.size === 1) ?? { id, size: 1 };
}
