/** What the page runs that holds WebGPU against the reference, primitive by primitive. */
import fc from "fast-check";
import {
  allPrimitives,
  type AnyPrimitive,
  backendOf,
  type HostArray,
  init,
  isFloat,
} from "../../mod.ts";
import { narrow, roundTo, traceClosed, widen } from "../../core/internal.ts";
import { runGraph } from "../../kernels/mod.ts";
import type { Case } from "../laws/case.ts";
import {
  application,
  cotangents,
  differentiable,
  type Flat,
  floatResults,
  operands,
  pullback,
} from "../laws/functions.ts";
import { GENERATORS } from "../laws/generators.ts";
import { withDtype } from "../laws/with_dtype.ts";

/** How far results may differ, relative to their largest element. */
const TOLERANCE = 1e-5;

/** What differs of `count` cases of every primitive; a text each. */
export async function differences(count: number): Promise<string[]> {
  await init({ device: "webgpu" });
  const found: string[] = [];
  for (const [name, primitive] of allPrimitives()) {
    if (name === "custom_linear") continue; // it has no value
    for (const one of fc.sample(GENERATORS[name]!.cases, { numRuns: count, seed: 1 })) {
      const typed = withDtype(one, "f32");
      for (const [what, [f, inputs]] of Object.entries(runsOf(primitive, typed))) {
        try {
          const wrong = await difference(f, inputs);
          if (wrong !== null) found.push(`${name} ${what}: ${wrong}`);
        } catch (error) {
          found.push(`${name} ${what}: ${error}`);
        }
      }
    }
  }
  return found;
}

type Run = readonly [f: Flat, inputs: readonly HostArray[]];

/** A primitive on a case, and its pullback where it has one. */
function runsOf(primitive: AnyPrimitive, one: Case): { readonly [what: string]: Run } {
  const results: Run = [application(primitive, one.params), operands(one)];
  const hasPullback = differentiable(one).length > 0 && floatResults(primitive, one).length > 0;
  if (!hasPullback || primitive.name === "while") return { results };
  const cts = cotangents(primitive, one, 99);
  const rounded = cts.map((ct) => ({ ...ct, data: roundTo(ct.data, ct.dtype) }));
  return { results, pullback: [pullback(primitive, one), [...operands(one), ...rounded]] };
}

async function difference(f: Flat, inputs: readonly HostArray[]): Promise<string | null> {
  const backend = backendOf("webgpu");
  const graph = traceClosed(f, inputs.map(({ shape, dtype }) => ({ shape, dtype })));
  const expected = runGraph(graph, inputs);
  const program = backend.compile(graph, inputs.map(() => false));
  const buffers = inputs.map((x) => backend.upload(narrow(x.data, x.dtype), x));
  const outputs = backend.execute(program, buffers);
  for (const [i, e] of expected.entries()) {
    const actual = widen(await backend.read(outputs[i]!, e), e);
    const allowed = isFloat(e.dtype) ? TOLERANCE * largest(e) : 0;
    for (const [j, v] of e.data.entries()) {
      const got = actual.data[j]!;
      if (Object.is(got, v) || Math.abs(got - v) <= allowed) continue;
      return `result ${i}, element ${j} is ${got}, not ${v}`;
    }
  }
  for (const buffer of [...buffers, ...outputs]) backend.free(buffer);
  return null;
}

function largest({ data }: HostArray): number {
  return data.reduce((top, v) => Number.isFinite(v) ? Math.max(top, Math.abs(v)) : top, 0);
}
