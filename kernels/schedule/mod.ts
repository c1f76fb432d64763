import type { Graph } from "../../core/mod.ts";
import { sizeOf } from "../../core/mod.ts";
import type { BufferPlan, Machine, Schedule, ScheduledKernel } from "../ir/types.ts";

/** Kernels in order and buffers with lifetimes for a Graph. */
export function scheduleGraph(
  graph: Graph,
  donated: readonly boolean[],
  machine: Machine,
): Schedule {
  void donated;
  void machine;
  const last = graph.nodes.length - 1;
  const birth = new Map<number, number>();
  const death = new Map<number, number>();
  const kernels = graph.nodes.map((node, at): ScheduledKernel => {
    const outputs = Array.from({ length: node.count }, (_, i) => node.out + i);
    for (const v of node.inputs) death.set(v, at);
    for (const v of outputs) {
      birth.set(v, at);
      death.set(v, at);
    }
    const ir = {
      kind: "host" as const,
      primitive: node.primitive.name,
      params: node.params,
      inputs: node.inputs,
      outputs,
      inputTypes: node.inputs.map((v) => graph.avals[v]!),
      outputTypes: outputs.map((v) => graph.avals[v]!),
    };
    return { ir, name: `host ${node.primitive.name}`, flops: 0, bytes: 0, isCopy: false };
  });
  const buffers = graph.avals.map((aval, id): BufferPlan => {
    const output = graph.outputs.indexOf(id);
    const isInput = id < graph.inputs;
    return {
      id,
      dtype: aval.dtype,
      size: sizeOf(aval.shape),
      role: isInput
        ? { kind: "input", index: id }
        : output >= 0
        ? { kind: "output", index: output }
        : { kind: "temporary" },
      birth: isInput ? -1 : birth.get(id)!,
      death: output >= 0 ? last : death.get(id) ?? -1,
      alias: null,
    };
  });
  const inputs = Array.from({ length: graph.inputs }, (_, i) => i);
  return { kernels, buffers, inputs, outputs: graph.outputs };
}
