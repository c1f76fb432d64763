import { sameShape } from "../../core/internal.ts";
import { NotAffine } from "../ir/index.ts";
import { StoreDemand, Unmergeable } from "../lower/value.ts";
import { buildGroup } from "./build.ts";
import {
  type Group,
  GroupFailure,
  type Leaves,
  leavesOf,
  reaches,
  type Scheduling,
} from "./groups.ts";
import { type Node, paramsOf } from "./node.ts";
import { stripSameMemory } from "./store.ts";
import { bindingsOf } from "./too_many.ts";
import { updatedInPlace } from "./update.ts";

/** Operations that one kernel may have. */
const MAX_OPERATIONS = 512;
/** Groups tried for one value. */
const MAX_CANDIDATES = 8;

/** The groups, and who computes and who reads each node. */
type Grouping = Scheduling & {
  readonly groups: Set<Group>;
  readonly makers: Map<number, Group[]>;
  readonly readers: Map<number, Set<Group>>;
  readonly waits: Map<number, ReadonlySet<number>>;
  /** Products by the end of their chain. */
  readonly ends: Map<number, number[]>;
  next: number;
};

/** Groups the stored nodes into kernels. */
export function groupStored(s: Scheduling): Group[] {
  const g: Grouping = {
    ...s,
    groups: new Set(),
    makers: new Map(),
    readers: new Map(),
    waits: new Map(),
    ends: new Map(),
    next: 0,
  };
  for (const [product, chain] of s.chains) {
    const end = chain[chain.length - 1]!;
    const same = g.ends.get(end);
    if (same) same.push(product);
    else g.ends.set(end, [product]);
  }
  for (const node of s.norm.nodes) if (s.stored[node.id]) place(g, node);
  return [...g.groups];
}

function place(g: Grouping, node: Node): void {
  const products = g.ends.get(node.id);
  if (products || node.kind === "concatenate") placeParts(g, node, products ?? []);
  else if (node.kind === "host" || node.kind === "attention") placeAlone(g, node, node.kind);
  else if (node.kind === "update") placeUpdate(g, node);
  else if (node.kind === "cumulative") placeAlone(g, node, node.kind);
  else if (node.kind === "reduce" && isLeading(g, node)) placeCol(g, node);
  else if (node.kind !== "also") placeRows(g, node);
}

/** Products that end in `node`, and the other operands of a concatenation. */
function placeParts(g: Grouping, node: Node, products: readonly number[]): void {
  const claimed = new Set<number>();
  for (const product of products.slice().sort((a, b) => a - b)) {
    const chain = g.chains.get(product)!;
    const inside = new Set(chain);
    for (const i of chain) claimed.add(i);
    const roots = chain.filter((i) => g.norm.nodes[i]!.kind !== "concatenate")
      .flatMap((i) => g.norm.nodes[i]!.inputs.filter((k) => !inside.has(k)));
    make(g, leavesOf(g, roots, g.waits), { kind: "product", members: [node.id], chain });
  }
  if (node.kind !== "concatenate") return;
  node.inputs.forEach((operand, part) => {
    if (claimed.has(operand)) return;
    const { shape } = g.norm.nodes[operand]!;
    make(g, leavesOf(g, [operand], g.waits), { kind: "map", members: [node.id], shape, part });
  });
  const parts = g.makers.get(node.id)!;
  const busy = parts.find((part) => part.before.size > 0);
  if (!busy) return;
  for (const part of parts) if (part.before.size === 0) waitLike(part, busy);
}

function placeAlone(g: Grouping, node: Node, kind: Group["kind"]): void {
  const arrays = node.inputs.map((k) => stripSameMemory(g.norm.nodes, g.stored, k));
  const leaves = leavesOf(g, [...arrays, ...node.inputs], g.waits);
  make(g, leaves, { kind, members: node.results.length > 0 ? node.results.slice() : [node.id] });
}

/** The operand is written first, unless the update happens in its memory. */
function placeUpdate(g: Grouping, node: Node): void {
  const operand = node.inputs[0]!;
  if (updatedInPlace(g, node) < 0) {
    const leaves = leavesOf(g, [operand], g.waits);
    make(g, leaves, { kind: "map", members: [node.id], shape: node.shape, part: 0 });
  }
  const base = g.makers.get(node.id)?.[0];
  const leaves = leavesOf(g, node.inputs, g.waits);
  const update = make(g, leaves, { kind: "update", members: [node.id] });
  if (!base) return;
  waitLike(base, update);
  update.before.add(base);
}

/** `early` could run at once, but then its result would lie in memory before it is needed. */
function waitLike(early: Group, late: Group): void {
  for (const p of late.before) if (p !== early) early.before.add(p);
}

function isLeading({ norm }: Grouping, node: Node): boolean {
  const { axes } = paramsOf(node);
  const rank = norm.nodes[node.inputs[0]!]!.shape.length;
  return !axes.every((axis, i) => axis === rank - axes.length + i);
}

/** A reduction of leading axes joins one of the same domain that reads the same. */
function placeCol(g: Grouping, node: Node): void {
  const { shape } = g.norm.nodes[node.inputs[0]!]!;
  const lanes = paramsOf(node).axes.length;
  const leaves = leavesOf(g, node.inputs, g.waits);
  const before = makersOf(g, leaves);
  for (const group of candidates(g, leaves, node.size)) {
    const fits = group.kind === "col" && sameShape(group.shape, shape) && group.lanes === lanes;
    if (!fits || [...before].some((p) => reaches(p, group))) continue;
    if (join(g, group, node, leaves, group.kind)) return;
  }
  make(g, leaves, { kind: "col", members: [node.id], shape, lanes });
}

/** Everything else joins the latest group that it fits, or opens one. */
function placeRows(g: Grouping, node: Node): void {
  const isReduction = node.kind === "reduce";
  const shape = isReduction ? g.norm.nodes[node.inputs[0]!]!.shape : node.shape;
  const lanes = isReduction ? paramsOf(node).axes.length : 0;
  const leaves = leavesOf(g, node.inputs, g.waits);
  const before = makersOf(g, leaves);
  const size = isReduction ? g.norm.nodes[node.inputs[0]!]!.size : node.size;
  for (const group of candidates(g, leaves, size)) {
    if (!accepts(g, group, shape, lanes)) continue;
    if ([...before].some((p) => p !== group && reaches(p, group))) continue;
    if (!join(g, group, node, leaves, lanes > 0 ? "row" : group.kind, lanes)) continue;
    for (const other of before) if (other !== group) mergeRows(g, group, other);
    return;
  }
  make(g, leaves, { kind: isReduction ? "row" : "map", members: [node.id], shape, lanes });
}

/** Which kinds of values join which kinds of groups; what is not here is refused. */
function accepts(g: Grouping, group: Group, shape: readonly number[], lanes: number): boolean {
  if (group.part >= 0) return false;
  switch (group.kind) {
    case "map":
      return sameShape(group.shape, shape);
    case "row": {
      const rows = group.shape.slice(0, group.shape.length - group.lanes);
      if (lanes > 0) return sameShape(group.shape, shape) && group.lanes === lanes;
      return sameShape(group.shape, shape) || sameShape(rows, shape);
    }
    case "product": {
      const end = g.norm.nodes[group.chain[group.chain.length - 1]!]!;
      return lanes === 0 && end.kind !== "concatenate" && sameShape(end.shape, shape);
    }
    default:
      return false;
  }
}

/** Groups that compute a leaf or read the same large one, latest first. */
function candidates(g: Grouping, leaves: Leaves, size: number): Group[] {
  const found = new Set<Group>();
  for (const leaf of leaves.stored) for (const p of g.makers.get(leaf) ?? []) found.add(p);
  for (const leaf of [...leaves.stored, ...leaves.inputs]) {
    if (g.norm.nodes[leaf]!.size * 2 < size) continue;
    for (const reader of g.readers.get(leaf) ?? []) {
      if (reader.kind !== "product") found.add(reader);
    }
  }
  return [...found].sort((a, b) => b.id - a.id).slice(0, MAX_CANDIDATES);
}

function makersOf(g: Grouping, leaves: Leaves): Set<Group> {
  const found = new Set<Group>();
  for (const set of [leaves.stored, leaves.after]) {
    for (const leaf of set) for (const p of g.makers.get(leaf) ?? []) found.add(p);
  }
  return found;
}

/** Adds a node to a group if the kernel can still be built. */
function join(
  g: Grouping,
  group: Group,
  node: Node,
  leaves: Leaves,
  kind: Group["kind"],
  lanes = group.lanes,
): boolean {
  const operations = group.operations + g.operations[node.id]! + 1;
  if (operations > MAX_OPERATIONS) return false;
  const changed = { kind, lanes: kind === "row" && lanes > 0 ? lanes : group.lanes };
  if (!tryBuild(g, group, [...group.members, node.id], changed)) return false;
  group.operations = operations;
  g.makers.set(node.id, [group]);
  use(g, group, leaves);
  return true;
}

function tryBuild(
  g: Grouping,
  group: Group,
  members: number[],
  changed: { kind: Group["kind"]; lanes: number },
): boolean {
  const saved = { kind: group.kind, lanes: group.lanes, members: group.members };
  Object.assign(group, changed, { members });
  try {
    const { loads } = buildGroup(g, group, null);
    if (bindingsOf(g, loads, members) > g.machine.maxBuffers) throw new Unmergeable("buffers");
    group.loads = loads;
    return true;
  } catch (error) {
    Object.assign(group, saved);
    if (isRefusal(error)) return false;
    throw error;
  }
}

/** Whether an error of building says that these members make no kernel. */
function isRefusal(error: unknown): boolean {
  return error instanceof Unmergeable || error instanceof StoreDemand ||
    error instanceof NotAffine;
}

/** Makes one of two row groups of the same domain if no third group lies between them. */
function mergeRows(g: Grouping, a: Group, b: Group): void {
  if (a.kind !== "row" || b.kind !== "row" || a.lanes !== b.lanes) return;
  if (!sameShape(a.shape, b.shape) || a.operations + b.operations > MAX_OPERATIONS) return;
  const between = (x: Group, y: Group): boolean =>
    [...x.before].some((p) => p !== y && reaches(p, y));
  if (between(a, b) || between(b, a)) return;
  const members = [...new Set([...a.members, ...b.members])].sort((x, y) => x - y);
  if (!tryBuild(g, a, members, { kind: a.kind, lanes: a.lanes })) return;
  a.operations += b.operations;
  for (const p of b.before) if (p !== a) a.before.add(p);
  a.before.delete(b);
  for (const group of g.groups) if (group.before.delete(b) && group !== a) group.before.add(a);
  for (const member of b.members) g.makers.set(member, [a]);
  for (const readers of g.readers.values()) if (readers.delete(b)) readers.add(a);
  g.groups.delete(b);
}

function make(
  g: Grouping,
  leaves: Leaves,
  parts: Pick<Group, "kind" | "members"> & Partial<Group>,
): Group {
  const group: Group = {
    id: g.next++,
    shape: [],
    lanes: 0,
    chain: [],
    part: -1,
    before: new Set(),
    loads: new Set(),
    operations: parts.members.reduce((sum, i) => sum + g.operations[i]! + 1, 0),
    ...parts,
  };
  try {
    group.loads = buildGroup(g, group, null).loads;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const demand = error instanceof StoreDemand ? error.node : -1;
    throw new GroupFailure([...group.members, ...group.chain], demand, error);
  }
  g.groups.add(group);
  for (const member of group.members) {
    const makers = g.makers.get(member);
    if (makers) makers.push(group);
    else g.makers.set(member, [group]);
  }
  use(g, group, leaves);
  return group;
}

/** Notes who is read, and that its makers come before. */
function use(g: Grouping, group: Group, leaves: Leaves): void {
  for (const set of [leaves.stored, leaves.inputs]) {
    for (const leaf of set) {
      const readers = g.readers.get(leaf);
      if (readers) readers.add(group);
      else g.readers.set(leaf, new Set([group]));
    }
  }
  for (const p of makersOf(g, leaves)) if (p !== group) group.before.add(p);
}
