import fc from "fast-check";
import { allPrimitives, backendOf } from "../../mod.ts";
import { requireAgreement } from "./backend_law.ts";
import { GENERATORS } from "./generators.ts";

const RUNS = { numRuns: 10, seed: Number(Deno.env.get("GRAFT_SEED") ?? 1) };

/** Relative to the largest element of a result. */
const TOLERANCE = 1e-5;

/** Primitives that no backend runs. */
const EXEMPT: { readonly [primitive: string]: string } = {
  custom_linear: "it has no value, only a transpose",
};

for (const [name, primitive] of allPrimitives()) {
  const generator = GENERATORS[name];
  if (!generator || name in EXEMPT) continue;
  Deno.test(`${name}: the cpu backend agrees with the reference`, () => {
    const backend = backendOf("cpu");
    fc.assert(
      fc.property(generator.cases, (one) => requireAgreement(backend, primitive, one, TOLERANCE)),
      RUNS,
    );
  });
}
