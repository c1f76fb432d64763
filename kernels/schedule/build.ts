import { allPrimitives } from "../../core/mod.ts";
import { buildAttention } from "./build_attention.ts";
import { buildCumulative } from "./build_cumulative.ts";
import { buildCol, buildPart, buildUpdate } from "./build_parts.ts";
import { buildRows } from "./build_rows.ts";
import type { Group, Scheduling } from "./groups.ts";
import { bufferOf, type Buffers, type Built } from "./lowering.ts";
import { buildProduct } from "./product.ts";
import { stripSameMemory } from "./store.ts";
import { refuseTooMany } from "./too_many.ts";

/** The kernel of a group; every member is stored while `buffers` is null. */
export function buildGroup(s: Scheduling, group: Group, buffers: Buffers): Built {
  if (!hasWork(s, group)) return NOTHING;
  if (group.kind === "product") return buildProduct(s, group, buffers);
  if (group.kind === "host") return buildHost(s, group, buffers);
  if (group.kind === "attention") return buildAttention(s, group, buffers);
  const built = buildGenerated(s, group, buffers);
  refuseTooMany(s, group, built);
  return built;
}

function buildGenerated(s: Scheduling, group: Group, buffers: Buffers): Built {
  switch (group.kind) {
    case "update":
      return buildUpdate(s, group, buffers);
    case "col":
      return buildCol(s, group, buffers);
    case "cumulative":
      return buildCumulative(s, group, buffers);
    default:
      return group.part >= 0 ? buildPart(s, group, buffers) : buildRows(s, group, buffers);
  }
}

/** Whether a group computes any element. */
export function hasWork({ norm }: Scheduling, group: Group): boolean {
  return group.members.some((i) => norm.nodes[i]!.size > 0);
}

/** What stands for the kernel of a group without work; it is never run. */
const NOTHING: Built = {
  ir: {
    kind: "map",
    rows: [],
    lane: { id: 0, size: 0 },
    stages: [{ reductions: [], stores: [] }],
    rowStores: [],
    tile: false,
    sequence: [],
  },
  loads: new Set(),
};

/** A primitive on whole arrays: a loop over Graphs, or what the host does. */
function buildHost(s: Scheduling, group: Group, buffers: Buffers): Built {
  const { nodes } = s.norm;
  const first = nodes[group.members[0]!]!;
  const arrays = first.inputs.map((k) => stripSameMemory(nodes, s.stored, k));
  const typeOf = (i: number): { shape: readonly number[]; dtype: typeof first.dtype } => ({
    shape: nodes[i]!.shape,
    dtype: nodes[i]!.dtype,
  });
  const loop = allPrimitives().get(first.op)?.loop?.(first.params);
  return {
    ir: {
      ...(loop ? { kind: "loop", loop } : { kind: "host" }),
      primitive: first.op,
      params: first.params,
      inputs: arrays.map((i) => bufferOf(buffers, i)),
      outputs: group.members.map((i) => bufferOf(buffers, i)),
      inputTypes: first.inputs.map(typeOf),
      outputTypes: group.members.map(typeOf),
    },
    loads: new Set(arrays),
  };
}
