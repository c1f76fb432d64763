import { assert } from "@std/assert";
import fc from "fast-check";
import { allPrimitives } from "../../mod.ts";
import { runs } from "./case.ts";
import { GENERATORS } from "./generators.ts";
import { LAWS } from "./laws.ts";

const RUNS = runs(30);

Deno.test("every primitive has a generator of valid operands", () => {
  const missing = [...allPrimitives().keys()].filter((name) => !(name in GENERATORS));
  assert(missing.length === 0, `no generator for ${missing.join(", ")}`);
});

Deno.test("every exemption names a law", () => {
  for (const [name, { exempt = {} }] of Object.entries(GENERATORS)) {
    const unknown = Object.keys(exempt).filter((law) => !(law in LAWS));
    assert(unknown.length === 0, `${name} is exempt from "${unknown}", which is no law`);
  }
});

for (const [name, primitive] of allPrimitives()) {
  const generator = GENERATORS[name];
  if (!generator) continue;
  for (const [law, check] of Object.entries(LAWS)) {
    const reason = generator.exempt?.[law];
    if (reason !== undefined) {
      console.log(`exempt: ${name}: ${law}: ${reason}`);
      continue;
    }
    Deno.test(`${name}: ${law}`, () => {
      fc.assert(fc.property(generator.cases, (one) => check(primitive, one)), RUNS);
    });
  }
}
