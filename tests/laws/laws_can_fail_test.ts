import { AssertionError, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  allPrimitives,
  type AnyPrimitive,
  backendOf,
  bind,
  mul,
  stopGradient,
  sub,
  type Tensor,
} from "../../mod.ts";
import { requireAgreement } from "./backend_law.ts";
import { application, operands } from "./functions.ts";
import { GENERATORS } from "./generators.ts";
import { LAWS, type Laws } from "./laws.ts";
import { withDtype } from "./with_dtype.ts";

const RUNS = { numRuns: 30, seed: 1 };

/**
 * A copy of a primitive with a rule replaced. It has a name of its own, because Graphs are told apart
 * by the names of their primitives.
 */
function broken(
  name: string,
  rules: (good: AnyPrimitive) => Partial<AnyPrimitive>,
): AnyPrimitive {
  const good = allPrimitives().get(name)!;
  return { ...good, name: `broken_${name}`, ...rules(good) };
}

function doubled(xs: readonly (Tensor | null)[]): (Tensor | null)[] {
  return xs.map((x) => x && mul(2, x));
}

/** Multiplies by the cosine like the tangent of a sine, but its batch has the wrong cosine. */
const badCosine = broken("cos", (cos) => ({
  batch: (xs) => bind(cos, xs, null).map((y) => mul(2, y)),
}));

/** Has the right slope, which it takes for a constant. */
const straightTanh = broken("tanh", (tanh) => ({
  jvp: ([x], [dx]) => {
    const [y] = bind(tanh, [x!], null);
    return [[y!], [dx ? mul(dx, stopGradient(sub(1, mul(y!, y!)))) : null]];
  },
}));

/** For every law a primitive, by the name of its generator, that breaks it and nothing else. */
const BROKEN: { readonly [law: string]: readonly [name: string, primitive: AnyPrimitive] } = {
  "infer agrees with evaluate": [
    "reduce_sum",
    broken("reduce_sum", () => ({ infer: ([x]) => [x!] })),
  ],
  "jvp agrees with central differences": [
    "mul",
    broken("mul", (product) => ({
      jvp: ([x, y], [dx, dy], params) => {
        const [z, [dz]] = product.jvp!([x!, y!], [dx!, dy!], params);
        return [z, doubled([dz!])];
      },
    })),
  ],
  "the second derivative agrees with differences of the first": ["tanh", straightTanh],
  "transposition gives the adjoint": [
    "broadcast_in_dim",
    brokenTranspose("broadcast_in_dim"),
  ],
  "the pullback agrees with central differences": [
    "broadcast_in_dim",
    brokenTranspose("broadcast_in_dim"),
  ],
  "the derivative of the pullback agrees with differences of it": ["tanh", straightTanh],
  "batching equals stacking": [
    "dot_general",
    broken("dot_general", (product) => ({
      batch: (inputs, batched, params, size) =>
        product.batch!(inputs, batched, params, size).map((y) => mul(2, y)),
    })),
  ],
  "batching the pullback equals stacking": [
    "sin",
    broken("sin", (sin) => ({
      jvp: ([x], [dx]) => [
        bind(sin, [x!], null),
        [dx ? mul(dx, bind(badCosine, [x!], null)[0]!) : null],
      ],
    })),
  ],
};

/** Linear primitives keep their jvp, so that it is the copy that is transposed. */
function brokenTranspose(name: string): AnyPrimitive {
  const copy: AnyPrimitive = broken(name, (good) => ({
    jvp: (xs, dxs, params) => [
      bind(copy, xs, params),
      dxs[0] ? bind(copy, [dxs[0]], params) : [null],
    ],
    transpose: (cts, inputs, params) => doubled(good.transpose!(cts, inputs, params)),
  }));
  return copy;
}

/** Runs a law on cases of a generator until it throws. */
function check(law: Laws[string], name: string, primitive: AnyPrimitive): void {
  for (const one of fc.sample(GENERATORS[name]!.cases, RUNS)) law(primitive, one);
}

for (const [law, holds] of Object.entries(LAWS)) {
  Deno.test(`${law}: a broken rule is found`, () => {
    const [name, primitive] = BROKEN[law]!;
    check(holds, name, allPrimitives().get(name)!);
    assertThrows(() => check(holds, name, primitive), AssertionError);
  });
}

Deno.test("the cpu backend agrees with the reference: another meaning is found", () => {
  const exp = allPrimitives().get("exp")!;
  const evaluate: AnyPrimitive["evaluate"] = (inputs, params, outs) =>
    exp.evaluate(inputs, params, outs).map((data) => data.map((v) => v * (1 + 1e-4)));
  const agrees: Laws[string] = (primitive, one) => {
    const inputs = operands(withDtype(one, "f32"));
    requireAgreement(backendOf("cpu"), application(primitive, null), inputs, 1e-5);
  };
  check(agrees, "exp", exp);
  assertThrows(() => check(agrees, "exp", { ...exp, evaluate }), AssertionError);
});
