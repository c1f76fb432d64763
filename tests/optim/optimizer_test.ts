import "../../mod.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { mul, setDevice, tensor } from "../../mod.ts";
import { accumulate, adamw, groups, sgd } from "../../optim/mod.ts";

setDevice("reference");

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
