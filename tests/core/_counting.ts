import { type Backend, backendOf, registerBackend } from "../../mod.ts";

/** What a backend has been asked for. */
export type Counts = { uploads: number; compiles: number; runs: number; nodes: number };

/**
 * The reference backend under the name of another device, counting what it is asked for. The device
 * must not have been used before.
 */
export function countingBackend(): Counts {
  const counts: Counts = { uploads: 0, compiles: 0, runs: 0, nodes: 0 };
  const inner = backendOf("reference");
  const outer: Backend = {
    ...inner,
    name: "webgpu",
    upload: (storage, aval) => {
      counts.uploads++;
      return inner.upload(storage, aval);
    },
    compile: (graph, donated) => {
      counts.compiles++;
      return inner.compile(graph, donated);
    },
    execute: (program, inputs) => {
      counts.runs++;
      counts.nodes += program.report.kernels.length;
      return inner.execute(program, inputs);
    },
  };
  registerBackend("webgpu", () => outer);
  return counts;
}
