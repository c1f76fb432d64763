import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  allPrimitives,
  type AnyPrimitive,
  type HostArray,
  jit,
  setDevice,
  type Tensor,
  tensor,
} from "../../mod.ts";
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

/** Every call is traced anew, so few of them. */
const RUNS = runs(8);

const EXEMPT: { readonly [primitive: string]: string } = {
  custom_linear: "it has no value, only a transpose",
};

function tensorOf({ data, shape, dtype }: HostArray): Tensor {
  return tensor([...data], { shape, dtype });
}

/** Holds a compiled call against an evaluated expression, bit for bit. */
async function requireSame(f: Flat, inputs: readonly HostArray[]): Promise<void> {
  const xs = inputs.map(tensorOf);
  const elements = (ys: readonly Tensor[]) => Promise.all(ys.map((y) => y.data()));
  const compiled = jit((...ys: readonly Tensor[]) => [...f(ys)]);
  assertEquals(await elements(compiled(...xs)), await elements(f(xs)));
}

async function check(primitive: AnyPrimitive, one: Case): Promise<void> {
  await requireSame(application(primitive, one.params), operands(one));
  if (differentiable(one).length === 0 || floatResults(primitive, one).length === 0) return;
  if (primitive.name === "while") return; // it has no transpose
  const inputs = [...operands(one), ...cotangents(primitive, one, 99)];
  await requireSame(pullback(primitive, one), inputs);
}

for (const [name, primitive] of allPrimitives()) {
  const generator = GENERATORS[name];
  if (!generator || name in EXEMPT) continue;
  Deno.test(`${name}: jit gives what evaluation gives, its pullback too`, async () => {
    setDevice("reference");
    await fc.assert(
      fc.asyncProperty(generator.cases, (one) => check(primitive, one)),
      RUNS,
    );
  });
}
