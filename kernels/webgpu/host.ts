import { allPrimitives, type HostArray } from "../../core/mod.ts";
import {
  bytesOf,
  closeKernel,
  narrow,
  openKernel,
  roundTo,
  sizeOf,
  storageView,
  timeline,
  widen,
} from "../../core/internal.ts";
import { ask, type Asking } from "./asking.ts";
import type { HostStep } from "./compiled.ts";
import type { GpuPiece } from "./memory.ts";
import type { Run } from "./run.ts";

/** Runs a primitive through its `evaluate`, on arrays that are read and written. */
export function* runHost(
  { engine: { memory }, recorder }: Run,
  { ir, inputs, outputs, kernel }: HostStep,
  pieces: readonly GpuPiece[],
): Asking<void> {
  recorder.flush();
  const operands: HostArray[] = [];
  for (const [i, at] of inputs.entries()) {
    const aval = ir.inputTypes[i]!;
    const size = sizeOf(aval.shape);
    const { buffer } = yield* ask(pieces[at]!.buffer, size * bytesOf(aval.dtype));
    operands.push(widen(storageView(aval.dtype, buffer, 0, size), aval));
  }
  const profiled = timeline();
  if (profiled) openKernel(profiled, kernel);
  const primitive = allPrimitives().get(ir.primitive)!;
  const results = primitive.evaluate(operands, ir.params, ir.outputTypes);
  outputs.forEach((at, i) => {
    const { dtype } = ir.outputTypes[i]!;
    memory.write(pieces[at]!, narrow(roundTo(results[i]!, dtype), dtype));
  });
  if (profiled) closeKernel(profiled);
}
