import { otherAxes, sizeOf } from "../../core/internal.ts";
import {
  addIndex,
  coefficientOf,
  flatten,
  linear,
  NotAffine,
  requireAffine,
  scaleIndex,
  unflatten,
} from "../ir/index.ts";
import { ACC, type Axis, type Index, type KernelIR, type ProductIR } from "../ir/types.ts";
import type { Store, Value } from "../ir/types.ts";
import { sizeOfAxes } from "../ir/structure.ts";
import { makeValue } from "../ir/value.ts";
import { ownValueAt, sameIndices, StoreDemand, Unmergeable } from "../lower/value.ts";
import { type AxisGroups, axisGroups, realAxes, withSplits } from "./axes.ts";
import { alongChain, productSides } from "./columns.ts";
import { convertValue } from "../lower/convert.ts";
import type { Group, Scheduling } from "./groups.ts";
import { bufferOf, type Buffers, type Built, isWritten, lowering } from "./lowering.ts";
import { paramsOf } from "./node.ts";
import { buildOperand } from "./operand.ts";
import { bindingsOf } from "./too_many.ts";

/** A product with its operands as strides or loaders and its chain as an epilogue. */
export function buildProduct(s: Scheduling, group: Group, buffers: Buffers): Built {
  const product = s.norm.nodes[group.chain[0]!]!;
  const { contract, batch } = paramsOf(product);
  const { batch: shared, rows, columns } = productSides(s.norm, product);
  const loads = new Set<number>();
  const operand = (side: 0 | 1, free: readonly number[]): ProductIR["a"] => {
    const node = s.norm.nodes[product.inputs[side]!]!;
    const summed = contract[side].map((axis) => node.shape[axis]!);
    const places = [batch[side], otherAxes(node.shape.length, [...batch[side], ...contract[side]])];
    return buildOperand(s, buffers, loads, {
      node: node.id,
      shapes: [shared, free, summed],
      places: [places[0]!, places[1]!, contract[side]],
    });
  };
  const left = s.norm.nodes[product.inputs[0]!]!;
  const size = {
    batch: sizeOf(shared),
    m: sizeOf(rows),
    n: sizeOf(columns),
    k: sizeOf(contract[0].map((axis) => left.shape[axis]!)),
  };
  const ends = buildEnd(s, group, buffers, loads, [shared, rows, columns]);
  const ir: ProductIR = {
    kind: "product",
    ...size,
    a: operand(0, rows),
    b: operand(1, columns),
    ...ends,
  };
  endChainInTime(s, group, bindingsOf(s, loads, group.members));
  return { ir, loads };
}

/** A chain that reads more buffers than a kernel may bind ends in its middle. */
function endChainInTime({ norm, machine }: Scheduling, { chain }: Group, buffers: number): void {
  if (buffers <= machine.maxBuffers || chain.length === 1) return;
  const half = chain.slice(0, Math.ceil(chain.length / 2));
  const end = half.findLast((i) => norm.nodes[i]!.kind === "elementwise") ?? chain[0]!;
  throw new StoreDemand(
    end,
    `Cannot bind ${buffers} buffers: a kernel may have ${machine.maxBuffers}`,
  );
}

type End = Pick<ProductIR, "plain" | "epilogue">;
type Placed = { readonly at: readonly Index[]; readonly value: Value };

function buildEnd(
  s: Scheduling,
  group: Group,
  buffers: Buffers,
  loads: Set<number>,
  sides: readonly (readonly number[])[],
): End {
  const axes = axisGroups(sides.map(sizeOf));
  try {
    return withSplits(axes, () => {
      const found = new Set<number>();
      const end = endOf(s, group, buffers, found, axes, sides);
      if (realAxes(axes.groups[2]!).length > 1) throw new NotAffine("the columns would be split");
      for (const i of found) loads.add(i);
      return end;
    });
  } catch (error) {
    if (!(error instanceof NotAffine)) throw error;
    const reason = "Cannot build an epilogue: the columns would be split";
    throw group.members.length > 1
      ? new Unmergeable(reason)
      : new StoreDemand(lastBeforeView(s, group), reason);
  }
}

/** The last node of a chain before its first view: storing it ends the chain there. */
function lastBeforeView({ norm }: Scheduling, { chain }: Group): number {
  const view = chain.findIndex((i) => norm.nodes[i]!.kind !== "elementwise" && i !== chain[0]);
  return view > 1 ? chain[view - 1]! : chain[0]!;
}

function endOf(
  s: Scheduling,
  group: Group,
  buffers: Buffers,
  loads: Set<number>,
  axes: AxisGroups,
  sides: readonly (readonly number[])[],
): End {
  const { nodes } = s.norm;
  const inside = new Map<number, Placed>();
  const c = lowering(s, buffers, loads, (node, indices) => {
    const placed = inside.get(node);
    if (!placed) return null;
    if (sameIndices(indices, placed.at)) return placed.value;
    throw new Unmergeable("Cannot merge: a value is used at another index inside its kernel");
  });
  const t = c.table.indices;
  const [b, m, n] = [axes.groups[0]!, axes.groups[1]!, axes.groups[2]!];
  const product = nodes[group.chain[0]!]!;
  const last = nodes[group.chain.at(-1)!]!;
  const row = linear(t, [...b, ...m]);
  const columns = sizeOfAxes(n);
  const index = addIndex(t, scaleIndex(t, row, columns), linear(t, n));
  const accumulator = makeValue(c.table, "acc", "f32", [], { buffer: ACC, index });
  let at: readonly Index[] = [b, m, n].flatMap((group, i) =>
    unflatten(t, linear(t, group), sides[i]!)
  );
  inside.set(product.id, { at, value: convertValue(c.table, accumulator, product.dtype) });
  for (let i = 1; i < group.chain.length; i++) {
    const [from, next] = [group.chain[i - 1]!, group.chain[i]!];
    at = alongChain(t, s.norm, from, next, at);
    const isMap = nodes[next]!.kind === "elementwise";
    const value = isMap ? ownValueAt(c, next, at) : inside.get(from)!.value;
    inside.set(next, { at, value });
  }
  const stores: Store[] = [];
  for (const member of group.members) {
    if (member !== last.id) inside.set(member, { at, value: ownValueAt(c, member, at) });
    if (!isWritten(buffers, member)) continue;
    const { value } = inside.get(member)!;
    const place = requireAffine(flatten(t, at, nodes[member]!.shape));
    stores.push({ buffer: bufferOf(buffers, member), index: place, value });
  }
  return plainEnd(stores, [b, m, n]) ?? { epilogue: epilogueOf(stores, [b, m, n]) };
}

/** A result that is stored as it is, in rows. */
function plainEnd(
  stores: readonly Store[],
  [b, m, n]: readonly [Axis[], Axis[], Axis[]],
): End | null {
  const store = stores[0];
  if (stores.length !== 1 || !store || store.value.op !== "acc") return null;
  const [rows, columns] = [realAxes(m), realAxes(n)];
  if (rows.length > 1 || columns.length > 1) return null;
  if (columns[0] && coefficientOf(store.index, columns[0]) !== 1) return null;
  return {
    plain: {
      buffer: store.buffer,
      offset: store.index.constant,
      rowStride: rows[0] ? coefficientOf(store.index, rows[0]) : 0,
      batch: realAxes(b).map((axis) => [axis.size, coefficientOf(store.index, axis)] as const),
    },
  };
}

function epilogueOf(
  stores: readonly Store[],
  [b, m, n]: readonly [Axis[], Axis[], Axis[]],
): KernelIR {
  return {
    kind: "map",
    rows: realAxes([...b, ...m]),
    lane: realAxes(n)[0] ?? n.at(-1)!,
    stages: [{ reductions: [], stores }],
    rowStores: [],
    tile: true,
    sequence: [],
  };
}
