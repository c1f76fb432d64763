import { sizeOf } from "../../core/internal.ts";
import {
  addIndex,
  coefficientOf,
  type IndexTable,
  linear,
  NotAffine,
  scaleIndex,
  unflatten,
} from "../ir/index.ts";
import { type Axis, type Index, LOADED, type Operand, type Value } from "../ir/types.ts";
import { valuesBelow } from "../ir/value.ts";
import { StoreDemand, valueAt } from "../lower/value.ts";
import { axisGroups, realAxes, withSplits } from "./axes.ts";
import { convertValue } from "../lower/convert.ts";
import type { Scheduling } from "./groups.ts";
import { type Buffers, lowering } from "./lowering.ts";

/** An operand of a product: its node, and the sides and axes of batch, free and summed dimensions. */
export type OperandSides = {
  readonly node: number;
  readonly shapes: readonly [readonly number[], readonly number[], readonly number[]];
  readonly places: readonly [readonly number[], readonly number[], readonly number[]];
};

/** An operand as strides over its buffer, or as a loader that computes it while it is packed. */
export function buildOperand(
  s: Scheduling,
  buffers: Buffers,
  loads: Set<number>,
  sides: OperandSides,
): Operand {
  const axes = axisGroups(sides.shapes.map(sizeOf));
  try {
    return withSplits(axes, () => {
      const found = new Set<number>();
      const c = lowering(s, buffers, found);
      const t = c.table.indices;
      const [batch, free, summed] = [axes.groups[0]!, axes.groups[1]!, axes.groups[2]!];
      const at: Index[] = [];
      [batch, free, summed].forEach((group, i) => {
        const indices = unflatten(t, linear(t, group), sides.shapes[i]!);
        sides.places[i]!.forEach((axis, j) => at[axis] = indices[j]!);
      });
      const value = convertValue(c.table, valueAt(c, sides.node, at), "f32");
      const operand = strided(value, [batch, free, summed]) ??
        loaded(t, sides.node, value, [batch, free, summed]);
      for (const i of found) loads.add(i);
      return operand;
    });
  } catch (error) {
    if (!(error instanceof NotAffine)) throw error;
    throw new StoreDemand(sides.node, error.message);
  }
}

type Groups = readonly [batch: readonly Axis[], free: readonly Axis[], summed: readonly Axis[]];

function strided(value: Value, [batch, free, summed]: Groups): Operand | null {
  const { index } = value;
  const [f, k] = [realAxes(free), realAxes(summed)];
  if (value.op !== "load" || value.dtype !== "f32" || !index || f.length > 1 || k.length > 1) {
    return null;
  }
  if (index.terms.some(([atom]) => atom.kind !== "axis")) return null;
  return {
    buffer: value.buffer!,
    offset: index.constant,
    freeStride: f[0] ? coefficientOf(index, f[0]) : 0,
    kStride: k[0] ? coefficientOf(index, k[0]) : 0,
    batch: realAxes(batch).map((axis) => [axis.size, coefficientOf(index, axis)] as const),
  };
}

function loaded(t: IndexTable, node: number, value: Value, [batch, free, summed]: Groups): Operand {
  const [f, k] = [realAxes(free), realAxes(summed)];
  const freeIsUnit = f.length === 1 &&
    valuesBelow([value]).some((v) => v.op === "load" && coefficientOf(v.index!, f[0]!) === 1);
  const laneIsK = k.length <= 1 && !freeIsUnit;
  if (!laneIsK && f.length > 1) {
    throw new StoreDemand(node, "Cannot load an operand: neither its rows nor k are one axis");
  }
  const [outer, inner] = laneIsK ? [free, k] : [summed, f];
  const lane = inner[0] ?? (laneIsK ? summed : free).at(-1)!;
  const rows = [...batch, ...outer];
  const index = addIndex(t, scaleIndex(t, linear(t, rows), lane.size), linear(t, [lane]));
  const loader = {
    kind: "map" as const,
    rows: realAxes(rows),
    lane,
    stages: [{ reductions: [], stores: [{ buffer: LOADED, index, value }] }],
    rowStores: [],
    tile: true,
    sequence: [],
  };
  return { buffer: LOADED, offset: 0, freeStride: 0, kStride: 0, batch: [], loader, laneIsK };
}
