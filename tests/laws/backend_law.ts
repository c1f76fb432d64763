import { assert } from "@std/assert";
import { type Backend, type HostArray, isFloat } from "../../mod.ts";
import { narrow, traceClosed, widen } from "../../core/internal.ts";
import { runGraph } from "../../kernels/reference.ts";
import type { Flat } from "./functions.ts";

/**
 * Throws where a backend and the reference differ on a function: by more than `tolerance` times the
 * largest element of a float result, or at all in an integer one.
 */
export function requireAgreement(
  backend: Backend,
  f: Flat,
  inputs: readonly HostArray[],
  tolerance: number,
): void {
  const graph = traceClosed(f, inputs.map(({ shape, dtype }) => ({ shape, dtype })));
  const expected = runGraph(graph, inputs);
  const program = backend.compile(graph, inputs.map(() => false));
  const buffers = inputs.map((x) => backend.upload(narrow(x.data, x.dtype), x));
  const outputs = backend.execute(program, buffers);
  expected.forEach((e, i) => {
    const actual = widen(backend.readSync!(outputs[i]!, e), e);
    const allowed = isFloat(e.dtype) ? tolerance * largest(e) : 0;
    e.data.forEach((v, j) => {
      const got = actual.data[j]!;
      const agrees = Object.is(got, v) || Math.abs(got - v) <= allowed;
      assert(agrees, `result ${i}, element ${j}: ${backend.name} has ${got}, not ${v}`);
    });
  });
  for (const buffer of [...buffers, ...outputs]) backend.free(buffer);
}

function largest({ data }: HostArray): number {
  return data.reduce((top, v) => Number.isFinite(v) ? Math.max(top, Math.abs(v)) : top, 0);
}
