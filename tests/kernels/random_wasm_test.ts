import { assert } from "@std/assert";
import { narrow } from "../../core/internal.ts";
import { wasmBackend } from "../../kernels/mod.ts";
import { runGraph } from "../../kernels/reference.ts";
import { randomNumbers, valuesFor } from "./schedule/_graphs.ts";
import { randomGraph } from "./schedule/_random_graph.ts";

const first = Number(Deno.env.get("GRAFT_SEED") ?? 1);
const many = Number(Deno.env.get("GRAFT_GRAPHS") ?? 40);

Deno.test("wasmBackend: random Graphs equal the reference in every output", async () => {
  const backend = wasmBackend();
  await backend.init();
  for (let seed = first; seed < first + many; seed++) {
    const graph = randomGraph(seed);
    const random = randomNumbers(seed);
    const avals = graph.avals.slice(0, graph.inputs);
    const inputs = avals.map((aval) => ({ ...aval, data: valuesFor(aval, random) }));
    const expected = runGraph(graph, inputs);
    const program = backend.compile(graph, avals.map(() => seed % 2 === 0));
    const buffers = inputs.map(({ data }, i) =>
      backend.upload(narrow(data, avals[i]!.dtype), avals[i]!)
    );
    const results = backend.execute(program, buffers);
    for (const [i, result] of results.entries()) {
      const actual = await backend.read(result, graph.avals[graph.outputs[i]!]!);
      const error = relativeError(Array.from(actual), expected[i]!.data);
      assert(error <= 1e-4, `seed ${seed} (GRAFT_SEED replays it), output ${i}: error ${error}`);
      backend.free(result);
    }
  }
});

/** Largest error as a part of the largest value; Infinity for a NaN where there is none. */
function relativeError(actual: readonly number[], expected: Float64Array): number {
  let scale = 1e-3;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const [x, y] = [actual[i]!, expected[i]!];
    if (Object.is(x, y) || x === y) continue;
    if (Number.isFinite(y)) scale = Math.max(scale, Math.abs(y));
    const error = Math.abs(x - y);
    worst = error >= 0 ? Math.max(worst, error) : Infinity;
  }
  return worst / scale;
}
