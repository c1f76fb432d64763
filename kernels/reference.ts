import type {
  Aval,
  Backend,
  DeviceBuffer,
  Graph,
  HostArray,
  Program,
  ProgramReport,
} from "../core/mod.ts";
import { type Watch, watchKernels } from "./plan/watch.ts";
import { narrow, roundTo, sizeOf, widen } from "../core/internal.ts";

type HostBuffer = DeviceBuffer & { readonly value: HostArray };
type ReferenceProgram = Program & {
  readonly graph: Graph;
  readonly donated: readonly boolean[];
};

/**
 * The oracle: a loop over the nodes of a Graph that calls each primitive's `evaluate`, in f64, and
 * rounds every result to its dtype. Slow, and right by construction; the only backend with f64.
 */
export function referenceBackend(): Backend {
  let bytes = 0;
  let buffers = 0;
  const hold = (value: HostArray): HostBuffer => {
    buffers++;
    bytes += value.data.byteLength;
    return { bytes: value.data.byteLength, value };
  };
  const free = (buffer: DeviceBuffer): void => {
    buffers--;
    bytes -= buffer.bytes;
  };
  return {
    name: "reference",
    ready: () => true,
    init: () => Promise.resolve(),
    upload: (storage, aval) => hold(widen(storage, aval)),
    read: (buffer, aval) => Promise.resolve(narrow((buffer as HostBuffer).value.data, aval.dtype)),
    readSync: (buffer, aval) => narrow((buffer as HostBuffer).value.data, aval.dtype),
    free,
    compile: (graph, donated): ReferenceProgram => ({ graph, donated, report: reportOf(graph) }),
    execute: (program, inputs) => {
      const { graph, donated, report } = program as ReferenceProgram;
      const values = inputs.map((buffer) => (buffer as HostBuffer).value);
      const results = runGraph(graph, values, watchKernels(report.kernels)).map(hold);
      inputs.forEach((buffer, i) => void (donated[i] && free(buffer)));
      return results;
    },
    memory: () => ({ bytes, buffers }),
    describe: () => "reference: one loop over the nodes in f64",
  };
}

/** The outputs of a Graph on host arrays; `watch` is told of every node, where it is given. */
export function runGraph(
  graph: Graph,
  inputs: readonly HostArray[],
  watch?: Watch | null,
): HostArray[] {
  const values = inputs.slice();
  for (const [at, node] of graph.nodes.entries()) {
    watch?.(at);
    const operands = node.inputs.map((v) => values[v]!);
    const outs = graph.avals.slice(node.out, node.out + node.count);
    const results = node.primitive.evaluate(operands, node.params, outs);
    results.forEach((data, i) => values[node.out + i] = toHost(data, outs[i]!));
  }
  watch?.(graph.nodes.length);
  return graph.outputs.map((v) => values[v]!);
}

function toHost(data: Float64Array, { shape, dtype }: Aval): HostArray {
  return { data: roundTo(data, dtype), shape, dtype };
}

function reportOf(graph: Graph): ProgramReport {
  const bytes = (values: readonly number[]): number =>
    values.reduce((sum, v) => sum + 8 * sizeOf(graph.avals[v]!.shape), 0);
  const kernels = graph.nodes.map((node) => ({
    name: node.primitive.name,
    kind: "host",
    flops: 0,
    bytes: bytes([...node.inputs, node.out]),
  }));
  const inner = graph.nodes.map((node) => node.out);
  return {
    kernels,
    copies: 0,
    flops: 0,
    bytes: kernels.reduce((sum, kernel) => sum + kernel.bytes, 0),
    inputBytes: bytes(Array.from({ length: graph.inputs }, (_, i) => i)),
    outputBytes: bytes(graph.outputs),
    peakBytes: bytes(inner),
    buffers: inner.length,
    inPlace: 0,
  };
}
