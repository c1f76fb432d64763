import {
  type AttentionCall,
  type AttentionIR,
  isPlainCall,
  type StridedView,
  wantsOf,
} from "../../ir/attention.ts";
import type { Kernels, MemoryOf } from "../wgsl/mod.ts";
import { newBindings } from "../wgsl/bindings.ts";
import type { Touch } from "../wgsl/elements.ts";
import type { WgslKernel } from "../wgsl/kernel.ts";
import type { Windows } from "../wgsl/windows.ts";
import { printBackwardKey } from "./backward_key.ts";
import { printBackwardQuery } from "./backward_query.ts";
import { printForward } from "./forward.ts";
import { printStatistics, statisticsSize } from "./statistics.ts";

/** Head sizes that the kernels are made for: registers end at the largest. */
const MAX_SIZE = 128;
/** Queries below which most threads of a workgroup would have none. */
const FEW = 16;

/** Whether there are kernels for a call on a device that binds so many buffers. */
export function attends(call: AttentionCall, maxBindings: number): boolean {
  const [query] = call.inputTypes;
  const [, time, , size] = query!.shape as readonly [number, number, number, number];
  if (!isPlainCall(call) || size > MAX_SIZE || size % 8 !== 0 || time < FEW) return false;
  const { bias, mask } = call.params;
  // Query, key, value, statistics, cotangent, two gradients.
  return 7 + Number(bias) + Number(mask) <= maxBindings;
}

/** The kernels of an attention, and the elements of f32 of the workspace PARTIALS that they need. */
export function printAttentionKernels(
  ir: AttentionIR,
  memoryOf: MemoryOf,
  windows?: Windows,
): Kernels {
  const touch = (isStore: boolean) => ({ buffer, dtype }: StridedView): Touch => {
    return { buffer, dtype, isStore };
  };
  const touches = [...ir.inputs.map(touch(false)), ...ir.outputs.map(touch(true))];
  const kernels = printersOf(ir).map((print): WgslKernel => {
    const bindings = newBindings(touches, memoryOf, windows);
    const { body, groups } = print(ir, bindings);
    return { code: `${bindings.declarations()}\n${body}\n`, groups, bindings: bindings.list() };
  });
  return { kernels, partials: ir.primitive === "attention" ? 0 : statisticsSize(ir) };
}

function printersOf(ir: AttentionIR): (typeof printForward)[] {
  if (ir.primitive === "attention") return [printForward];
  const wants = wantsOf(ir);
  const toKeys = wants.includes("key") || wants.includes("value");
  return [
    printStatistics,
    ...(wants.includes("query") ? [printBackwardQuery] : []),
    ...(toKeys ? [printBackwardKey] : []),
  ];
}
