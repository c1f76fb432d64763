import { allPrimitives } from "../../core/mod.ts";
import { buildCol, buildPart, buildUpdate } from "./build_parts.ts";
import { buildRows } from "./build_rows.ts";
import type { Group, Scheduling } from "./groups.ts";
import { bufferOf, type Buffers, type Built } from "./lowering.ts";
import { buildProduct } from "./product.ts";
import { stripSameMemory } from "./store.ts";

/** The kernel of a group; every member is stored while `buffers` is null. */
export function buildGroup(s: Scheduling, group: Group, buffers: Buffers): Built {
  switch (group.kind) {
    case "product":
      return buildProduct(s, group, buffers);
    case "host":
      return buildHost(s, group, buffers);
    case "update":
      return buildUpdate(s, group, buffers);
    case "col":
      return buildCol(s, group, buffers);
    default:
      return group.part >= 0 ? buildPart(s, group, buffers) : buildRows(s, group, buffers);
  }
}

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
