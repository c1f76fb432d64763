import { watchKernels } from "../plan/watch.ts";
import type { CpuProgram } from "./compiled.ts";
import type { Engine } from "./engine.ts";
import { runHost } from "./host.ts";
import { runLoop } from "./loop/run.ts";

/** Runs a program with the addresses of its slots; loops run their programs the same way. */
export function runProgram(
  engine: Engine,
  program: CpuProgram,
  addresses: Int32Array<ArrayBuffer>,
): void {
  const { slotOf } = program.plan;
  const watch = watchKernels(program.kernelOf);
  const runAlone = (at: number): void => {
    const alone = program.alone[at]!;
    if (alone.kind === "host") {
      runHost(alone, engine.heap, (buffer) => addresses[slotOf(buffer)]! >>> 0);
    } else {
      runLoop(alone, engine.heap, addresses, (inner, table) => runProgram(engine, inner, table));
    }
  };
  engine.run(program, addresses, runAlone, watch);
}
