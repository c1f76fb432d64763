import { assert } from "@std/assert";
import type { Backend, Graph } from "../../mod.ts";
import { narrow, widen } from "../../core/internal.ts";
import { runGraph } from "../../kernels/reference.ts";
import { type GpuProvider, webgpuBackend } from "../../kernels/webgpu/mod.ts";
import { gpuProvider } from "../../kernels/webgpu/provider.ts";
import { randomNumbers, valuesFor } from "../kernels/schedule/_graphs.ts";
import { withProvider } from "./_provider.ts";

/** A backend of its own on the provider in use, changed; the provider stays as it was. */
export async function restricted(changes: Partial<GpuProvider>): Promise<Backend> {
  const backend = webgpuBackend();
  await withProvider({ ...gpuProvider(), ...changes }, () => backend.init());
  return backend;
}

/** Runs a Graph on random inputs, and holds every result against the reference. */
export async function requireSame(backend: Backend, graph: Graph, seed = 1): Promise<void> {
  const avals = graph.avals.slice(0, graph.inputs);
  const random = randomNumbers(seed);
  const inputs = avals.map((aval) => ({ ...aval, data: valuesFor(aval, random) }));
  const want = runGraph(graph, inputs);
  const program = backend.compile(graph, avals.map(() => false));
  const uploaded = inputs.map(({ data, dtype, shape }) =>
    backend.upload(narrow(data, dtype), { dtype, shape })
  );
  const results = backend.execute(program, uploaded);
  for (const [i, result] of results.entries()) {
    const { data, dtype, shape } = want[i]!;
    const got = widen(await backend.read(result, { dtype, shape }), { dtype, shape }).data;
    const close = dtype === "f16" || dtype === "bf16" ? 4e-3 : 2e-5;
    data.forEach((w, at) => {
      const isNear = Object.is(got[at], w) || Math.abs(got[at]! - w) <= close * (1 + Math.abs(w));
      assert(isNear, `output ${i}[${at}]: ${got[at]}, not ${w}, of\n${graph}`);
    });
  }
  for (const buffer of [...uploaded, ...results]) backend.free(buffer);
}
