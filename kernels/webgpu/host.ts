import { allPrimitives } from "../../core/mod.ts";
import { bytesOf, narrow, roundTo, sizeOf, storageView, widen } from "../../core/internal.ts";
import type { GpuPiece } from "./memory.ts";
import type { HostStep } from "./program.ts";
import type { Run } from "./run.ts";

/** Runs a primitive through its `evaluate`, on arrays that are read and written at once. */
export function runHost(
  { engine: { reader, memory }, recorder }: Run,
  { ir, inputs, outputs }: HostStep,
  pieces: readonly GpuPiece[],
): void {
  recorder.flush();
  const operands = inputs.map((at, i) => {
    const aval = ir.inputTypes[i]!;
    const size = sizeOf(aval.shape);
    const { buffer } = reader.readSync(pieces[at]!.buffer, size * bytesOf(aval.dtype));
    return widen(storageView(aval.dtype, buffer, 0, size), aval);
  });
  const primitive = allPrimitives().get(ir.primitive)!;
  const results = primitive.evaluate(operands, ir.params, ir.outputTypes);
  outputs.forEach((at, i) => {
    const { dtype } = ir.outputTypes[i]!;
    memory.write(pieces[at]!, narrow(roundTo(results[i]!, dtype), dtype));
  });
}
