import { assertEquals } from "@std/assert";
import * as g from "../../mod.ts";
import { assertClose } from "../core/_close.ts";

g.setDevice("reference");

const key = g.key(42);

// Expected numbers: jax.random with key 42.
Deno.test("gamma, logGamma: have the samples of JAX", async () => {
  const a = g.tensor([0.5, 1, 20]);
  await assertClose(g.gamma(key, [3], { a }), [3], [0.999454, 0.331584, 24.894619]);
  const small = g.logGamma(key, [3], { a: g.tensor([0.01, 1, 20]) });
  await assertClose(small, [3], [-53.097752, -1.103874, 3.214652]);
  assertEquals(g.gamma(key, [2, 3], { a: 2 }).shape, [2, 3]);
});

Deno.test("gamma: the derivative moves a sample with its quantile, as JAX", async () => {
  const total = (a: g.Tensor): g.Tensor => g.sum(g.gamma(key, [3], { a }));
  const slope = g.grad(total)(g.tensor([0.5, 1, 20]));
  await assertClose(slope, [3], [1.877782, 0.633383, 1.122763], 2e-5);
});

Deno.test("gamma family: has the samples of JAX", async () => {
  await assertClose(g.beta(key, [3], { a: 2, b: 3 }), [3], [0.431962, 0.312818, 0.636873]);
  const parts = g.dirichlet(key, g.tensor([1, 2, 3]));
  await assertClose(parts, [3], [0.264732, 0.1348, 0.600468]);
  assertEquals(g.dirichlet(key, g.tensor([1, 2, 3]), { shape: [2] }).shape, [2, 3]);
  await assertClose(g.chiSquare(key, [3], { df: 3 }), [3], [5.870714, 1.397851, 5.559423]);
  await assertClose(g.studentT(key, [3], { df: 3 }), [3], [0.089875, -1.735747, 2.352019]);
  const f = g.fisherF(key, [3], { dfnum: 3, dfden: 4 });
  await assertClose(f, [3], [0.744872, 0.478611, 0.232946]);
  const generalized = g.generalizedNormal(key, [3], { p: 1.5 });
  await assertClose(generalized, [3], [-0.878238, -0.206162, 1.160471]);
  const points = g.ball(key, [2], { d: 2 });
  await assertClose(points, [2, 2], [0.323456, 0.061349, 0.015619, 0.470104]);
});

Deno.test("poisson: has the samples of JAX, by counting and by rejection", async () => {
  const lam = g.tensor([0, 0.5, 3, 9, 15, 40, 1000]);
  const drawn = g.poisson(key, [7], { lam });
  assertEquals(drawn.dtype, "i32");
  await assertClose(drawn, [7], [0, 1, 2, 7, 9, 34, 983]);
});

Deno.test("binomial, multinomial: have the samples of JAX", async () => {
  const n = g.tensor([0, 1, 10, 10, 100, 1000, 1000, 50, 7]);
  const p = g.tensor([0.5, 0.3, 0.2, 0.9, 0.5, 0.01, 0.7, 0, 1]);
  const drawn = g.binomial(g.key(0), [9], { n, p });
  await assertClose(drawn, [9], [0, 0, 1, 10, 54, 9, 684, 0, 7]);
  const invalid = g.binomial(key, [2], { n: g.tensor([-1, 5]), p: g.tensor([0.5, NaN]) });
  await assertClose(invalid, [2], [NaN, NaN]);
  const outcomes = g.tensor([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]]);
  const counts = g.multinomial(g.key(3), outcomes, { n: 20 });
  await assertClose(counts, [2, 3], [4, 4, 12, 2, 2, 16]);
});
