import { assert } from "@std/assert";
import { add, sum, tanh, type Tensor } from "../../../mod.ts";
import { accessOf } from "../../../kernels/plan/access.ts";
import { check, f32, graphOf, MACHINE } from "./_graphs.ts";
import { randomGraph } from "./_random_graph.ts";
import type { Schedule } from "../../../kernels/ir/types.ts";

function requireFew({ kernels }: Schedule, most: number): void {
  for (const { ir, name } of kernels) {
    if (ir.kind === "host" || ir.kind === "loop") continue;
    const { reads, writes } = accessOf(ir);
    const bound = new Set([...reads, ...writes].filter((buffer) => buffer >= 0));
    assert(bound.size <= most, `${name} binds ${bound.size} buffers of ${most}`);
  }
}

Deno.test("scheduleGraph: no kernel binds more buffers than the machine can", () => {
  for (const maxBuffers of [4, 8]) {
    for (let seed = 1; seed <= 30; seed++) {
      const schedule = check(randomGraph(seed), { seed, machine: { ...MACHINE, maxBuffers } });
      requireFew(schedule, maxBuffers);
    }
  }
});

Deno.test("scheduleGraph: one value of many arrays is made by several kernels", () => {
  const total = (xs: readonly Tensor[]): Tensor => xs.reduce((sum, x) => add(sum, tanh(x)));
  const shapes = Array.from({ length: 40 }, () => [3, 5]);
  for (const f of [total, (xs: readonly Tensor[]) => sum(total(xs), { axes: [0] })]) {
    const graph = graphOf((...xs) => [f(xs)], f32(...shapes));
    const schedule = check(graph, { machine: { ...MACHINE, maxBuffers: 8 } });
    requireFew(schedule, 8);
  }
});
