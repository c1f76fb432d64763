import { assert } from "@std/assert";
import { narrow } from "../../core/internal.ts";
import { runGraph } from "../../kernels/reference.ts";
import { randomNumbers, valuesFor } from "../kernels/schedule/_graphs.ts";
import { randomGraph } from "../kernels/schedule/_random_graph.ts";
import { openBackend } from "./_adapter.ts";

const first = Number(Deno.env.get("GRAFT_SEED") ?? 1);
const many = Number(Deno.env.get("GRAFT_GRAPHS") ?? 25);

Deno.test("webgpuBackend: random Graphs equal the reference in every output", async () => {
  const backend = await openBackend();
  if (!backend) return;
  for (let seed = first; seed < first + many; seed++) {
    const graph = randomGraph(seed);
    const random = randomNumbers(seed);
    const avals = graph.avals.slice(0, graph.inputs);
    const inputs = avals.map((aval) => ({ ...aval, data: valuesFor(aval, random) }));
    const expected = runGraph(graph, inputs);
    const isDonated = seed % 2 === 0;
    const before = backend.memory();
    const program = backend.compile(graph, avals.map(() => isDonated));
    const buffers = inputs.map(({ data }, i) =>
      backend.upload(narrow(data, avals[i]!.dtype), avals[i]!)
    );
    const results = backend.execute(program, buffers);
    if (!isDonated) { for (const buffer of buffers) backend.free(buffer); }
    for (const [i, result] of results.entries()) {
      const actual = await backend.read(result, graph.avals[graph.outputs[i]!]!);
      const error = relativeError(Array.from(actual), expected[i]!.data);
      assert(error <= 1e-4, `seed ${seed} (GRAFT_SEED replays it), output ${i}: error ${error}`);
      backend.free(result);
    }
    const after = backend.memory();
    assert(after.buffers === before.buffers && after.bytes === before.bytes, `seed ${seed} leaks`);
  }
});

/** Largest error as a part of the largest value; Infinity for a NaN where there is none. */
function relativeError(actual: readonly number[], expected: Float64Array): number {
  let scale = 1e-3;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const [x, y] = [actual[i]!, expected[i]!];
    if (Object.is(x, y) || x === y) continue;
    if (!Number.isFinite(x) || !Number.isFinite(y)) return Infinity;
    scale = Math.max(scale, Math.abs(y));
    worst = Math.max(worst, Math.abs(x - y));
  }
  return worst / scale;
}
