import { sameShape, sizeOf } from "../../core/internal.ts";
import { flatten, linear, requireAffine, unflatten } from "../ir/index.ts";
import type { Axis, Index, KernelIR, Store, Value } from "../ir/types.ts";
import { makeValue } from "../ir/value.ts";
import type { Lowering } from "../lower/lowering.ts";
import { ownValueAt, sameIndices, StoreDemand, Unmergeable, valueAt } from "../lower/value.ts";
import { type AxisGroups, axisGroups, realAxes, withSplits } from "./axes.ts";
import type { Group, Scheduling } from "./groups.ts";
import { bufferOf, type Buffers, type Built, isWritten, lowering } from "./lowering.ts";
import { reductionOf } from "./node.ts";
import { newStages, stageAt, stageOf, type Stages } from "./stages.ts";

/** One build of a map or row kernel. */
type Frame = {
  readonly s: Scheduling;
  readonly group: Group;
  readonly buffers: Buffers;
  readonly c: Lowering;
  /** Values that the kernel has computed, by node. */
  readonly inside: Map<number, Value>;
  readonly at: readonly Index[];
  readonly rowAt: readonly Index[];
  readonly row: Index;
  readonly stages: Stages;
  readonly rowStores: Store[];
};

/** A map kernel (one pass over the rows) or a row kernel (passes over each row's lane). */
export function buildRows(s: Scheduling, group: Group, buffers: Buffers): Built {
  const { shape, lanes } = group;
  const isRow = group.kind === "row";
  const rowShape = isRow ? shape.slice(0, shape.length - lanes) : shape;
  const laneShape = isRow ? shape.slice(shape.length - lanes) : [];
  const axes = axisGroups([sizeOf(rowShape), ...(isRow ? [sizeOf(laneShape)] : [])]);
  return withSplits(axes, () => {
    let frame = attempt(s, group, buffers, axes, [rowShape, laneShape], null);
    const numbers = reductionOrder(frame);
    if (numbers.some((number, i) => number !== i)) {
      frame = attempt(s, group, buffers, axes, [rowShape, laneShape], numbers);
    }
    return { ir: kernelOf(frame, axes), loads: frame.c.loads };
  });
}

function attempt(
  s: Scheduling,
  group: Group,
  buffers: Buffers,
  axes: AxisGroups,
  [rowShape, laneShape]: readonly [readonly number[], readonly number[]],
  numbers: readonly number[] | null,
): Frame {
  const inside = new Map<number, Value>();
  const c = lowering(s, buffers, new Set(), (node, indices) => {
    const value = inside.get(node);
    if (!value) return null;
    const own = sameShape(s.norm.nodes[node]!.shape, group.shape) ? frame.at : frame.rowAt;
    if (sameIndices(indices, own)) return value;
    throw new Unmergeable("Cannot merge: a value is used at another index inside its kernel");
  });
  const t = c.table.indices;
  const row = linear(t, axes.groups[0]!);
  const rowAt = unflatten(t, row, rowShape);
  const at = axes.groups.length === 1
    ? rowAt
    : [...rowAt, ...unflatten(t, linear(t, axes.groups[1]!), laneShape)];
  const frame: Frame = {
    s,
    group,
    buffers,
    c,
    inside,
    at,
    rowAt,
    row,
    stages: newStages(),
    rowStores: [],
  };
  if (group.part >= 0) throw new Unmergeable("Cannot build: a part is no row kernel");
  const reductions: Value[] = [];
  for (const member of group.members) addMember(frame, member, reductions, numbers);
  place(frame, reductions, numbers);
  return frame;
}

function addMember(
  frame: Frame,
  member: number,
  reductions: Value[],
  numbers: readonly number[] | null,
): void {
  const { s, group, c, inside, stages } = frame;
  const node = s.norm.nodes[member]!;
  if (node.kind === "reduce") {
    const value = valueAt(c, node.inputs[0]!, frame.at);
    const number = numbers?.[reductions.length] ?? reductions.length;
    stages.ofReduction[number] = stageOf(stages, value);
    reductions.push(value);
    inside.set(member, makeValue(c.table, "red", node.dtype, [], { number }));
  } else {
    const at = sameShape(node.shape, group.shape) ? frame.at : frame.rowAt;
    inside.set(member, ownValueAt(c, member, at));
  }
}

/** Puts reductions and stores into their stages. */
function place(
  frame: Frame,
  reductions: readonly Value[],
  numbers: readonly number[] | null,
): void {
  const { s, group, buffers, inside, stages, c } = frame;
  const t = c.table.indices;
  const sorted: (() => void)[] = [];
  let next = 0;
  for (const member of group.members) {
    const node = s.norm.nodes[member]!;
    const value = inside.get(member)!;
    const buffer = bufferOf(buffers, member);
    if (node.kind === "reduce") {
      const number = numbers?.[next] ?? next;
      const reduced = reductions[next++]!;
      const op = reductionOf(node);
      sorted[number] = () =>
        stageAt(stages, stages.ofReduction[number]!).reductions.push({ op, value: reduced });
    }
    if (!isWritten(buffers, member)) continue;
    if (node.kind !== "reduce" && sameShape(node.shape, group.shape)) {
      const index = requireAffine(flatten(t, frame.at, node.shape));
      stageAt(stages, stageOf(stages, value)).stores.push({ buffer, index, value });
    } else frame.rowStores.push({ buffer, index: requireAffine(frame.row), value });
  }
  for (const put of sorted) put();
}

/** The number of each reduction when they are counted stage by stage. */
function reductionOrder({ stages }: Frame): number[] {
  const order = stages.ofReduction.map((stage, i) => [stage, i] as const)
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const numbers: number[] = [];
  order.forEach(([, i], number) => numbers[i] = number);
  return numbers;
}

function kernelOf(frame: Frame, axes: AxisGroups): KernelIR {
  const { group, stages, rowStores } = frame;
  const isRow = group.kind === "row";
  const outer = realAxes(axes.groups[0]!);
  const lanes = isRow ? realAxes(axes.groups[1]!) : outer.slice(-1);
  if (lanes.length > 1) throw severalLanes(frame);
  const rows = isRow ? outer : outer.slice(0, -1);
  const lane: Axis = lanes[0] ?? axes.groups[isRow ? 1 : 0]!.at(-1)!;
  const tile = !isRow && rows.length === 0;
  return {
    kind: isRow ? "row" : "map",
    rows,
    lane,
    stages: stages.list,
    rowStores,
    tile,
    sequence: [],
  };
}

/** A reduction alone gets its operand stored in its own order; a merge is refused. */
function severalLanes({ s, group }: Frame): Error {
  const first = s.norm.nodes[group.members[0]!]!;
  const reason = "Cannot merge: the lanes would be split";
  return group.members.length > 1
    ? new Unmergeable(reason)
    : new StoreDemand(first.inputs[0]!, reason);
}
