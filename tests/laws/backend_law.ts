import { assert } from "@std/assert";
import {
  type AnyPrimitive,
  type Backend,
  type HostArray,
  isFloat,
  narrow,
  traceClosed,
  widen,
} from "../../mod.ts";
import { runGraph } from "../../kernels/reference.ts";
import type { Case } from "./case.ts";
import { application, operands } from "./functions.ts";
import { inSinglePrecision } from "./single_precision.ts";

/**
 * Throws where a backend and the reference differ on a case, taken to f32: by more than `tolerance`
 * times the largest element of a float result, or at all in an integer one.
 */
export function requireAgreement(
  backend: Backend,
  primitive: AnyPrimitive,
  one: Case,
  tolerance: number,
): void {
  const { avals, params, values } = inSinglePrecision(one);
  const graph = traceClosed(application(primitive, params), avals);
  const inputs = operands({ avals, values, params });
  const expected = runGraph(graph, inputs);
  const program = backend.compile(graph, avals.map(() => false));
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
