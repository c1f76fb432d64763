import { assertEquals, assertThrows } from "@std/assert";
import * as g from "../../mod.ts";
import { assertClose } from "./_close.ts";

g.setDevice("reference");

const key = g.key(42);

// Expected numbers: jax.random with key 42.
Deno.test("distributions: have the samples of JAX", async () => {
  await assertClose(g.logNormal(key, [3]), [3], [0.972092, 1.595412, 1.344071]);
  await assertClose(g.rayleigh(key, [3], { scale: 2 }), [3], [2.393302, 1.757181, 1.967877]);
  await assertClose(g.pareto(key, [3], { b: 2 }), [3], [1.398512, 1.767207, 1.614314]);
  await assertClose(g.maxwell(key, [3]), [3], [0.553582, 0.293285, 1.708603]);
  await assertClose(g.wald(key, [3], { mean: 2 }), [3], [2.226588, 3.927712, 0.389475], 1e-5);
  await assertClose(g.geometric(key, [3], { p: 0.3 }), [3], [3, 2, 2]);
  const bounds = { left: 0, mode: 1, right: 3 };
  await assertClose(g.triangular(key, [3], bounds), [3], [1.248503, 1.61392, 1.482643]);
  const shape = { scale: 2, concentration: 1.5 };
  await assertClose(g.weibullMin(key, [3], shape), [3], [1.532614, 2.181031, 1.943357]);
  const signed = g.doubleSidedMaxwell(key, [3], { loc: 1, scale: 2 });
  await assertClose(signed, [3], [-1.7620435, -0.3513780, 5.4440427]);
  await assertClose(g.rademacher(key, [3]), [3], [1, -1, -1]);
});

Deno.test("uniform: each element may have bounds of its own", async () => {
  const [minval, maxval] = [g.tensor([0, -1, 5]), g.tensor([1, 1, 10])];
  const drawn = g.uniform(key, [3], { minval, maxval });
  await assertClose(drawn, [3], [0.48870957, 0.35959435, 8.081358]);
});

Deno.test("randint: each element may have an interval of its own", async () => {
  const minval = g.tensor([0, -5, 7], { dtype: "i32" });
  const maxval = g.tensor([10, 1000000, 7], { dtype: "i32" });
  const drawn = g.randint(key, [3], { minval, maxval });
  await assertClose(drawn, [3], [4, 848442, 7]);
});

Deno.test("key: a bigint seed has both words", async () => {
  await assertClose(g.key(-1n), [2], [2 ** 32 - 1, 2 ** 32 - 1]);
  await assertClose(g.key(2n ** 40n + 5n), [2], [256, 5]);
});

Deno.test("choice: draws elements, each once without replacement", async () => {
  const drawn = g.choice(key, 5, { shape: [5], replace: false });
  assertEquals(Array.from(await drawn.data()).sort(), [0, 1, 2, 3, 4]);
  const columns = g.choice(key, g.tensor([[1, 2], [1, 2]]), { shape: [2, 3], axis: 1 });
  assertEquals(columns.shape, [2, 2, 3]);
  const certain = g.choice(key, 3, { shape: [4], p: g.tensor([0, 1, 0]) });
  await assertClose(certain, [4], [1, 1, 1, 1]);
  const all = g.choice(key, 3, { shape: [3], p: g.tensor([1, 2, 3]), replace: false });
  assertEquals(Array.from(await all.data()).sort(), [0, 1, 2]);
});

Deno.test("choice: refuses too many draws and wrong probabilities", () => {
  assertThrows(
    () => g.choice(key, 3, { shape: [4], replace: false }),
    RangeError,
    "Cannot choose 4 of 3 elements",
  );
  assertThrows(
    () => g.choice(key, 3, { p: g.ones([2]) }),
    g.ShapeError,
    "Cannot choose from 3 elements with probabilities [2]",
  );
});

Deno.test("categorical: without replacement every class comes once", async () => {
  const drawn = g.categorical(key, g.zeros([2, 3]), { shape: [3, 2], replace: false });
  assertEquals(drawn.shape, [3, 2]);
  const [first, second] = g.unstack(drawn, { axis: 1 });
  assertEquals(Array.from(await first!.data()).sort(), [0, 1, 2]);
  assertEquals(Array.from(await second!.data()).sort(), [0, 1, 2]);
});

Deno.test("multivariateNormal: is the mean plus a factor of the covariance times noise", async () => {
  const cov = g.tensor([[4, 0], [0, 9]]);
  const noise = Array.from(await g.normal(key, [3, 2]).data());
  const drawn = g.multivariateNormal(key, g.tensor([1, 2]), { cov, shape: [3] });
  await assertClose(drawn, [3, 2], noise.map((z, i) => i % 2 ? 2 + 3 * z : 1 + 2 * z));
  assertThrows(
    () => g.multivariateNormal(key, g.zeros([3]), { cov }),
    g.ShapeError,
    "Cannot sample around [3] with covariance [2, 2]",
  );
});

Deno.test("originalBits, originalKeys: batches of keys equal the rows", async () => {
  const keys = g.keys(key, 2);
  const [first, second] = g.splitKey(key);
  const rows = (f: (from: g.Tensor) => g.Tensor): g.Tensor => g.stack([f(first), f(second)]);
  for (
    const f of [
      (from: g.Tensor): g.Tensor => g.originalKeys(from, 3),
      (from: g.Tensor): g.Tensor => g.originalBits(from, [2, 5]),
      (from: g.Tensor): g.Tensor => g.originalBits(from, [7], { dtype: "u8" }),
    ]
  ) {
    await assertClose(g.arrayEqual(f(keys), rows(f)), [], [1]);
  }
});

Deno.test("gumbel, bernoulli: in high mode the tail reaches further", async () => {
  const keys = g.keys(key, 2);
  assertEquals(g.gumbel(keys, [3], { mode: "high" }).shape, [2, 3]);
  const never = g.bernoulli(key, [100], { p: 0, mode: "high" });
  await assertClose(g.any(never), [], [0]);
});
