import { bytesOf } from "../../core/internal.ts";
import { turnsOf } from "../ir/loop.ts";
import { type AttentionIR, wantsOf } from "../ir/attention.ts";
import { sizeOfAxes } from "../ir/structure.ts";
import type { KernelIR, ScheduledKernel } from "../ir/types.ts";
import type { Group, Scheduling } from "./groups.ts";
import type { Built } from "./lowering.ts";

/** Name and cost of a kernel, for reports. */
export function describe(
  { norm, operations }: Scheduling,
  group: Group,
  ir: Built["ir"],
  loads: ReadonlySet<number>,
  buffers: Int32Array,
): Omit<ScheduledKernel, "ir"> {
  const { nodes } = norm;
  const written = group.members.filter((i) => buffers[i]! >= 0);
  let bytes = 0;
  for (const i of [...loads, ...written]) bytes += nodes[i]!.size * bytesOf(nodes[i]!.dtype);
  const ends = group.members.slice(-3).map((i) => `${nodes[i]!.op}[${nodes[i]!.shape}]`).join(" ");
  const last = nodes[group.members.at(-1)!]!;
  if (ir.kind === "loop") {
    const turns = turnsOf(ir.loop);
    const name = turns === null || ir.loop.kind === "cond"
      ? ir.primitive
      : `${ir.primitive} ${turns}x`;
    return { name: `${name} [${last.shape}]`, flops: 0, bytes, isCopy: false };
  }
  if (ir.kind === "host") {
    return { name: `host ${ir.primitive}[${last.shape}]`, flops: 0, bytes, isCopy: false };
  }
  if (ir.kind === "attention") return { ...describeAttention(ir), bytes, isCopy: false };
  if (ir.kind === "product") {
    const sides = `${ir.batch}x${ir.m}x${ir.n}x${ir.k}`;
    const end = ir.epilogue ? ` + epilogue ${ends}` : "";
    const flops = 2 * ir.batch * ir.m * ir.n * ir.k;
    return { name: `dot ${sides}${end}`, flops, bytes, isCopy: false };
  }
  const rows = sizeOfAxes(ir.rows);
  const perElement = group.members.reduce((sum, i) => sum + operations[i]!, 0);
  const isCopy = isMove(nodes, group, ir);
  const flops = isCopy ? 0 : rows * ir.lane.size * perElement;
  return { name: nameOf(ir, isCopy, rows, ends), flops, bytes, isCopy };
}

/** Products of two blocks of size T x S x K a head: 2 forward; the scores again and 2 a want back. */
function describeAttention(
  { primitive, params, inputTypes }: AttentionIR,
): Pick<ScheduledKernel, "name" | "flops"> {
  const [query, key] = inputTypes;
  const [batch, time, heads, size] = query!.shape as readonly [number, number, number, number];
  const source = key!.shape[1]!;
  const isGradient = primitive === "attention_grad";
  const products = isGradient ? 2 + wantsOf({ params }).length : 2;
  const seen = params.causal && time === source ? (time + 1) / (2 * time) : 1;
  return {
    name: `${primitive} ${batch}x${heads}x${time}x${source}x${size}`,
    flops: Math.round(products * 2 * batch * heads * time * source * size * seen),
  };
}

function nameOf(ir: KernelIR, isCopy: boolean, rows: number, ends: string): string {
  const stages = ir.kind === "row" ? ` st${ir.stages.length}` : "";
  const what = isCopy ? "copy" : ir.kind;
  return `${what} ${rows}x${ir.lane.size}${stages} ${ends}`;
}

/** Whether a kernel only moves whole values: a view that was not folded, or what an update needs. */
function isMove(nodes: Scheduling["norm"]["nodes"], group: Group, ir: KernelIR): boolean {
  if (group.kind !== "map") return false;
  if (group.part >= 0 && nodes[group.members[0]!]!.kind === "concatenate") return false;
  return ir.stages.every((stage) => stage.stores.every((store) => store.value.op === "load"));
}
