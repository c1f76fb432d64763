import "../../mod.ts";
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { grad } from "../../autodiff/mod.ts";
import { evaluate, jit, mul, setDevice, square, sum, type Tensor, tensor } from "../../mod.ts";
import {
  accumulate,
  adam,
  adamw,
  chain,
  clipByGlobalNorm,
  groups,
  lion,
  type Optimizer,
  rmsprop,
  sgd,
} from "../../optim/mod.ts";

setDevice("reference");

const TABLE: { readonly [name: string]: Optimizer } = {
  sgd: sgd(0.1),
  momentum: sgd(0.05, { momentum: 0.5, nesterov: true }),
  adam: adam(0.1),
  adamw: adamw(0.1),
  lion: lion(0.02),
  rmsprop: rmsprop(0.05),
  clipped: chain(clipByGlobalNorm(1), adamw(0.1)),
  accumulated: accumulate(sgd(0.2), { every: 2 }),
};

const loss = (p: { readonly w: Tensor }): Tensor => sum(square(p.w));

for (const [name, optimizer] of Object.entries(TABLE)) {
  Deno.test(`${name}: descends a parabola, and jitted steps equal those that are not`, async () => {
    const step = (p: { w: Tensor }, state: ReturnType<typeof optimizer.init>) =>
      optimizer.update(grad(loss)(p), state, p);
    const compiled = jit((p: { w: Tensor }, state: ReturnType<typeof optimizer.init>) => {
      const [params, next] = step(p, state);
      return { params, next };
    });
    let params = { w: tensor([2, -1]) };
    let state = optimizer.init(params);
    let plain = { params, next: state };
    const before = await loss(params).item();
    for (let i = 0; i < 6; i++) {
      [params, state] = step(params, state);
      await evaluate(params, state);
      plain = compiled(plain.params, plain.next);
    }
    assertEquals(await loss(params).item() < before, true);
    const jitted = await plain.params.w.data();
    (await params.w.data()).forEach((x, i) => assertAlmostEquals(jitted[i]!, x, 1e-5));
  });
}

Deno.test("adamw: decays by rule, and keeps the dtype of the parameters", async () => {
  const optimizer = adamw(0.5, { weightDecay: 1, decays: (path) => path === "w" });
  const params = { w: tensor([1], { dtype: "bf16" }), b: tensor([1]) };
  const still = { w: tensor([0], { dtype: "bf16" }), b: tensor([0]) };
  const [next, state] = optimizer.update(still, optimizer.init(params), params);
  assertEquals(next.w.dtype, "bf16");
  assertEquals((state.mu as typeof params).w.dtype, "f32");
  assertEquals([...await next.w.data(), ...await next.b.data()], [0.5, 1]);
});

Deno.test("chain: a schedule counts the steps", async () => {
  const optimizer = sgd((step) => mul(step, 1));
  let params = { w: tensor(0) };
  let state = optimizer.init(params);
  for (let i = 0; i < 4; i++) {
    [params, state] = optimizer.update({ w: tensor(-1) }, state, params);
  }
  assertEquals(await params.w.item(), 0 + 1 + 2 + 3);
});

Deno.test("groups: leaves alone what has no group, and refuses an unknown one", async () => {
  const optimizer = groups({ fast: sgd(1) }, (path) => path === "a" ? "fast" : null);
  const params = { a: tensor(1), b: tensor(1) };
  const [next] = optimizer.update(params, optimizer.init(params), params);
  assertEquals([await next.a.item(), await next.b.item()], [0, 1]);
  assertThrows(
    () => groups({ fast: sgd(1) }, () => "slow").init(params),
    RangeError,
    'in group "slow"',
  );
});

Deno.test("accumulate: refuses less than one", () => {
  assertThrows(() => accumulate(sgd(1), { every: 0 }), RangeError, "accumulate 0 gradients");
});
