import "../mod.ts";
import { assertMatch, assertRejects } from "@std/assert";
import fc from "fast-check";
import { customJvp } from "../autodiff/mod.ts";
import { add, type AnyPrimitive, bind, exp, matmul, mul, setDevice } from "../core/mod.ts";
import { negP } from "../core/internal.ts";
import { sin, type Tensor, tensor } from "../core/mod.ts";
import {
  assertClose,
  checkAdjoint,
  checkBatching,
  checkGradient,
  shapes,
  tensors,
  trees,
} from "../testing/mod.ts";
import { runs } from "./laws/case.ts";

setDevice("cpu");

const layer = (p: { w: Tensor; b: Tensor }, x: Tensor): Tensor => sin(add(matmul(x, p.w), p.b));
const p = fc.record({ w: tensors({ shape: [3, 2] }), b: tensors({ shape: [2] }) });
const x = tensors({ shape: [4, 3] });

Deno.test("checkGradient, checkAdjoint: a layer obeys both, to second order", async () => {
  await fc.assert(
    fc.asyncProperty(p, x, async (p, x) => {
      await checkGradient(layer, [p, x], { order: 2 });
      await checkAdjoint(layer, [p, x]);
    }),
    runs(20),
  );
});

Deno.test("checkBatching: vmap of a layer is the stack of its rows", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(p, x), { minLength: 1, maxLength: 3 }), async (rows) => {
      await checkBatching(layer, rows);
    }),
    runs(20),
  );
});

Deno.test("checkAdjoint, checkGradient: wrong rules are found", async () => {
  const steep = customJvp(
    (x: Tensor) => mul(x, x),
    ([x], [dx]) => [mul(x, x), mul(3, mul(x, dx))],
  );
  const at = tensor([1, 2]);
  await assertRejects(() => checkGradient(steep, [at]), Error, "The derivative of the result is");
  // Its tangent is itself; its adjoint lacks the sign, and so do its rows in a batch.
  const broken: AnyPrimitive = {
    ...negP as AnyPrimitive,
    name: "broken_neg",
    jvp: (xs, dxs) => [bind(broken, xs, null), bind(broken, [dxs[0]!], null)],
    transpose: (cts) => cts,
    batch: (xs) => xs,
  };
  const unsigned = (x: Tensor): Tensor => bind(broken, [x], null)[0]!;
  await checkGradient(unsigned, [at]);
  await assertRejects(() => checkAdjoint(unsigned, [at]), Error, "The pullback is no adjoint");
  setDevice("reference"); // the one backend that asks no registry for the primitive
  await assertRejects(() => checkBatching(unsigned, [[at], [at]]), Error, "differs at element");
  setDevice("cpu");
});

Deno.test("assertClose: names the leaf, and what is missing", async () => {
  const one = { a: tensor([1, 2]), b: tensor(3) };
  await assertClose(one, { a: tensor([1, 2.000001]), b: tensor(3) });
  await assertRejects(
    () => assertClose(one, { a: tensor([1, 2.1]), b: tensor(3) }),
    Error,
    '"a" f32[2] differs at element 1',
  );
  await assertRejects(() => assertClose(one, { a: tensor([1, 2]) }), Error, "[a, b]");
  await assertRejects(() => assertClose(tensor(NaN), tensor(1)), Error, "NaN is not 1");
  await assertClose(tensor([NaN, Infinity]), tensor([NaN, Infinity]));
});

Deno.test("generators: a failing property shows the tensor that breaks it", async () => {
  const small = fc.asyncProperty(tensors({ shape: shapes({ maxRank: 1 }) }), async (x) => {
    await assertClose(exp(x), add(1, x));
  });
  const details = await fc.check(small, { seed: 1 });
  assertMatch(
    fc.stringify(details.counterexample),
    /tensor\(\[.*\], \{ shape: \[.*\], dtype: "f32"/,
  );
});

Deno.test("generators: trees of tensors come in all kinds", () => {
  const kinds = new Set(
    fc.sample(trees(), { numRuns: 60, seed: 1 }).map((tree) =>
      Array.isArray(tree) ? "list" : "shape" in tree ? "leaf" : "record"
    ),
  );
  assertMatch([...kinds].sort().join(), /^leaf,list,record$/);
});
