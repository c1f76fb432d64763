import { type CumulativeParams, sizeOf } from "../../core/internal.ts";
import {
  dynamicIndex,
  flatten,
  linear,
  requireAffine,
  scaleIndex,
  shiftIndex,
  unflatten,
} from "../ir/index.ts";
import type { Index, KernelIR, Value } from "../ir/types.ts";
import { type Formulas, formulasIn } from "../lower/formulas/term.ts";
import type { Lowering } from "../lower/lowering.ts";
import { valueAt } from "../lower/value.ts";
import { makeValue } from "../ir/value.ts";
import { axisGroups, realAxes, withSplits } from "./axes.ts";
import type { Group, Scheduling } from "./groups.ts";
import { bufferOf, type Buffers, type Built, lowering } from "./lowering.ts";

/**
 * A running operation: a map whose rows run in order along the axis, so that each element is
 * combined with the result before it, which is read from where it was stored.
 */
export function buildCumulative(s: Scheduling, group: Group, buffers: Buffers): Built {
  const node = s.norm.nodes[group.members[0]!]!;
  const { axis, kind, reverse } = node.params as CumulativeParams;
  const { shape } = node;
  const [outer, side, inner] = [shape.slice(0, axis), shape[axis]!, shape.slice(axis + 1)];
  const axes = axisGroups([sizeOf(outer), side, sizeOf(inner)]);
  // The longer of both is the lane.
  const laneGroup = sizeOf(inner) >= Math.min(4, sizeOf(outer)) ? 2 : 0;
  return withSplits(axes, () => {
    const c = lowering(s, buffers, new Set());
    const t = c.table.indices;
    const [before, steps, after] = axes.groups as [
      typeof axes.groups[0],
      typeof axes.groups[0],
      typeof axes.groups[0],
    ];
    const step = linear(t, steps);
    const placed = (place: Index): Index =>
      reverse ? shiftIndex(t, scaleIndex(t, place, -1), side - 1) : place;
    const at = (place: Index): Index[] => [
      ...unflatten(t, linear(t, before), outer),
      placed(place),
      ...unflatten(t, linear(t, after), inner),
    ];
    const value = valueAt(c, node.inputs[0]!, at(step));
    const buffer = bufferOf(buffers, node.id);
    const index = requireAffine(flatten(t, at(step), shape));
    const store = {
      buffer,
      index,
      value: combined(c, at, { step, side, value, buffer, kind, shape }),
    };
    const lanes = realAxes(axes.groups[laneGroup]!);
    const all = realAxes(axes.groups.flat());
    const lane = lanes.at(-1) ?? { id: axes.next, size: 1 };
    const ir: KernelIR = {
      kind: "map",
      rows: all.filter((each) => each !== lane),
      lane,
      stages: [{ reductions: [], stores: [store] }],
      rowStores: [],
      tile: false,
      sequence: realAxes(steps),
    };
    return { ir, loads: c.loads };
  });
}

type Step = {
  readonly step: Index;
  readonly side: number;
  readonly value: Value;
  readonly buffer: number;
  readonly kind: CumulativeParams["kind"];
  readonly shape: readonly number[];
};

/** The element combined with the result before it; the first one as it is. */
function combined(
  c: Lowering,
  at: (place: Index) => Index[],
  { step, side, value, buffer, kind, shape }: Step,
): Value {
  if (side === 1) return value;
  const { table } = c;
  const f = formulasIn(table);
  const position = makeValue(table, "index", "i32", [], { index: step });
  const previous = f.op("max", f.sub(position, 1), 0);
  const place = dynamicIndex(table.indices, previous, side);
  const index = requireAffine(flatten(table.indices, at(place), shape));
  const old = makeValue(table, "load", value.dtype, [], { buffer, index });
  return f.select(f.test("eq", position, 0), value, fold(f, kind, old, value));
}

function fold(f: Formulas, kind: CumulativeParams["kind"], x: Value, y: Value): Value {
  switch (kind) {
    case "sum":
      return f.add(x, y);
    case "prod":
      return f.mul(x, y);
    case "max":
    case "min":
      return f.op(kind, x, y);
    case "logsumexp": {
      const top = f.op("max", x, y);
      const gap = f.sub(f.op("min", x, y), top);
      const sum = f.add(top, f.op("log1p", f.op("exp", gap)));
      return f.select(f.test("lt", f.abs(top), Infinity), sum, top);
    }
  }
}
