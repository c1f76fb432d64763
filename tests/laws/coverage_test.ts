import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { allPrimitives, type AnyPrimitive } from "../../mod.ts";
import { type Case, runs } from "./case.ts";
import { differentiable, floatResults } from "./functions.ts";
import { GENERATORS } from "./generators.ts";
import { NOT_DIFFERENTIABLE } from "./not_differentiable.ts";

const RUNS = runs(30);

/** Whether a case has something to differentiate, and something that depends on it. */
function hasDerivative(primitive: AnyPrimitive, one: Case): boolean {
  const active = differentiable(one).filter((i) => one.values[i]!.length > 0);
  return active.length > 0 && floatResults(primitive, one).length > 0;
}

Deno.test("the derivative laws say something of every primitive that has derivatives", () => {
  for (const [name, primitive] of allPrimitives()) {
    const cases = fc.sample(GENERATORS[name]!.cases, RUNS);
    const count = cases.filter((one) => hasDerivative(primitive, one)).length;
    const reason = NOT_DIFFERENTIABLE[name];
    if (reason === undefined) {
      assert(
        3 * count >= cases.length,
        `${name}: ${count} of ${cases.length} cases have a derivative; let its generator make more, ` +
          `or give the reason in not_differentiable.ts`,
      );
    } else assertEquals(count, 0, `${name}: ${reason}, says not_differentiable.ts`);
  }
});

Deno.test("every primitive without a derivative exists", () => {
  const unknown = Object.keys(NOT_DIFFERENTIABLE).filter((name) => !allPrimitives().has(name));
  assertEquals(unknown, []);
});
