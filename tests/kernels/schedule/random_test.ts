import { check, MACHINE } from "./_graphs.ts";
import { randomGraph } from "./_random_graph.ts";

const first = Number(Deno.env.get("GRAFT_SEED") ?? 1);
const many = Number(Deno.env.get("GRAFT_GRAPHS") ?? 150);

Deno.test("scheduleGraph: random Graphs equal the reference in every output", () => {
  for (let seed = first; seed < first + many; seed++) {
    try {
      const graph = randomGraph(seed);
      check(graph, { seed, donated: seed % 2 === 0 ? [true, true, true] : [] });
      if (seed % 5 === 0) check(graph, { seed, machine: { ...MACHINE, maxBuffers: 6 } });
    } catch (error) {
      throw new Error(`seed ${seed} (set GRAFT_SEED to replay)`, { cause: error });
    }
  }
});
