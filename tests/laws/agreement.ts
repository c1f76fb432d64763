import fc from "fast-check";
import { vmap } from "../../autodiff/mod.ts";
import {
  allPrimitives,
  type AnyPrimitive,
  type Backend,
  type HostArray,
  isFloat,
  type Tensor,
} from "../../mod.ts";
import { range, roundTo } from "../../core/internal.ts";
import { requireAgreement } from "./backend_law.ts";
import { type Case, runs } from "./case.ts";
import {
  application,
  cotangents,
  differentiable,
  type Flat,
  floatResults,
  operands,
  pullback,
} from "./functions.ts";
import { GENERATORS } from "./generators.ts";
import { GRAPH_GENERATORS } from "./graph_generators.ts";
import { withDtype } from "./with_dtype.ts";

/** How far results may differ, relative to their largest element: some units in the last place. */
const TOLERANCES = { f32: 1e-5, f16: 4e-3, bf16: 3e-2 };

type Tested = keyof typeof TOLERANCES;

/**
 * What a primitive is tested in. Programs of several nodes are left to f32: where a sum of halves
 * cancels, its result depends on how many of them a fused kernel keeps unrounded.
 */
function dtypesOf(name: string, what: string): readonly Tested[] {
  const several = name in GRAPH_GENERATORS || what === "on its pullback";
  return several ? ["f32"] : ["f32", "f16", "bf16"];
}

/** Rows of a batch: more than a register or a block holds, and no multiple of either. */
const ROWS = 37;

/** A function of the operands of a primitive that a backend is to run, and its inputs. */
type Run = readonly [f: Flat, inputs: readonly HostArray[]];

/** What is made of a primitive, by how the name of the test says it; null where there is nothing. */
const RUNS_OF: {
  readonly [what: string]: (primitive: AnyPrimitive, one: Case) => Run | null;
} = {
  "on its results": (primitive, one) => [application(primitive, one.params), operands(one)],

  "on a batch": (primitive, one) => {
    if (one.avals.length === 0) return null;
    const f = application(primitive, one.params);
    const batched: Flat = (xs) => vmap((...ys: readonly Tensor[]) => f(ys), {})(...xs);
    return [batched, operands(one).map(rowsOf)];
  },

  "on its pullback": (primitive, one) => {
    if (differentiable(one).length === 0 || floatResults(primitive, one).length === 0) return null;
    const cts = cotangents(primitive, one, 99);
    const rounded = cts.map((ct) => ({ ...ct, data: roundTo(ct.data, ct.dtype) }));
    return [pullback(primitive, one), [...operands(one), ...rounded]];
  },
};

/** Rows that are a little smaller each time, or for integers reversed every other time. */
function rowsOf({ data, shape, dtype }: HostArray): HostArray {
  const reversed = data.slice().reverse();
  const rows = range(ROWS).map((row) => {
    if (isFloat(dtype)) return roundTo(data.map((v) => v * (1 - 0.001 * row)), dtype);
    return row % 2 === 0 ? data : reversed;
  });
  const all = Float64Array.from(rows.flatMap((row) => [...row]));
  return { data: all, shape: [ROWS, ...shape], dtype };
}

const NO_VALUE = "it has no value, only a transpose";
const UNBOUNDED = "it has no transpose";

/** Checks that a primitive is exempt from, with the reason. */
const EXEMPT: { readonly [check: string]: string } = {
  "custom_linear on its results": NO_VALUE,
  "custom_linear on a batch": NO_VALUE,
  "custom_linear on its pullback": NO_VALUE,
  "while on its pullback": UNBOUNDED,
};

/** Tests that a backend agrees with the reference on every primitive, `count` cases of each. */
export function testAgreement(backend: Backend, count: number): void {
  for (const [name, primitive] of allPrimitives()) {
    const generator = GENERATORS[name];
    if (!generator) continue;
    for (const [what, make] of Object.entries(RUNS_OF)) {
      if (`${name} ${what}` in EXEMPT) continue;
      Deno.test(`${name}: the ${backend.name} backend agrees with the reference ${what}`, () => {
        const dtypes = fc.constantFrom(...dtypesOf(name, what));
        fc.assert(
          fc.property(generator.cases, dtypes, (one, dtype) => {
            const made = make(primitive, withDtype(one, dtype));
            if (made) requireAgreement(backend, ...made, TOLERANCES[dtype]);
          }),
          runs(count),
        );
      });
    }
  }
}
