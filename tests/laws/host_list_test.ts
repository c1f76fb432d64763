import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { allPrimitives } from "../../core/mod.ts";
import { range, traceClosed } from "../../core/internal.ts";
import "../../mod.ts";
import { scheduleGraph } from "../../kernels/schedule/mod.ts";
import type { Machine } from "../../kernels/ir/types.ts";
import { MACHINE } from "../../kernels/wasm/program.ts";
import { application, operands } from "./functions.ts";
import { GENERATORS } from "./generators.ts";
import { withDtype } from "./with_dtype.ts";

const RUNS = 12;

/** Primitives that some of their cases send to the host; f64 is for the reference alone. */
function onHost(machine: Machine): string[] {
  const found = new Set<string>();
  for (const [name, primitive] of allPrimitives()) {
    for (const one of fc.sample(GENERATORS[name]!.cases, { numRuns: RUNS, seed: 1 })) {
      for (const dtype of ["f32", "bf16"] as const) {
        const typed = withDtype(one, dtype);
        const inputs = operands(typed);
        const graph = traceClosed(application(primitive, one.params), inputs);
        const { kernels } = scheduleGraph(graph, range(inputs.length).map(() => false), machine);
        for (const { ir } of kernels) {
          if (ir.kind !== "host") continue;
          const isF64 = [...ir.inputTypes, ...ir.outputTypes].some((type) => type.dtype === "f64");
          if (!isF64) found.add(ir.primitive);
        }
      }
    }
  }
  return [...found].sort();
}

/** Factorizations, and what depends on them: sequential, small, and in no inner loop. */
const FACTORIZATIONS = ["cholesky", "eigh", "lu", "qr", "svd", "triangular_solve"];

Deno.test("scheduleGraph: the host runs only these primitives", () => {
  assertEquals(onHost(MACHINE), [...FACTORIZATIONS, "sort"].sort());
  const { native: _, ...bare } = MACHINE;
  assertEquals(onHost(bare), FACTORIZATIONS);
});
