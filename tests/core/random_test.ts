import { assertEquals, assertThrows } from "@std/assert";
import * as g from "../../mod.ts";
import { vmap } from "../../autodiff/mod.ts";

g.setDevice("reference");

const list = async (x: g.Tensor): Promise<number[]> => Array.from(await x.data());

// Expected words: jax.random with partitionable threefry, key 42.
const BITS = [2098992034, 2919706841, 2646866425, 2409546199, 1935504149];

Deno.test("key: reduces the seed modulo 2^32", async () => {
  assertEquals(await list(g.key(42)), [0, 42]);
  assertEquals(await list(g.key(2 ** 32 + 3)), [0, 3]);
  assertEquals(await list(g.key(-1)), [0, 2 ** 32 - 1]);
  assertThrows(() => g.key(0.5), RangeError, "Cannot make a key from 0.5");
});

Deno.test("randomBits: has the words of JAX", async () => {
  assertEquals(await list(g.randomBits(g.key(42), [5])), BITS);
});

Deno.test("randomBits: depends on key and index only, not on jit or vmap", async () => {
  const draw = (key: g.Tensor): g.Tensor => g.randomBits(key, [5]);
  assertEquals(await list(g.jit(draw)(g.key(42))), BITS);
  const keys = g.keys(g.key(7), 3);
  const apart = await Promise.all(g.splitKey(g.key(7), 3).map((key) => list(draw(key))));
  assertEquals(await list(vmap(draw)(keys)), apart.flat());
  assertEquals(await list(draw(keys)), apart.flat());
});

Deno.test("keys: vmap over keys equals the rows", async () => {
  const keys = g.keys(g.key(3), [2, 2]);
  assertEquals(keys.shape, [2, 2, 2]);
  const split = (key: g.Tensor): g.Tensor => g.keys(key, 4);
  const whole = await list(split(keys));
  assertEquals(await list(vmap(vmap(split))(keys)), whole);
});

Deno.test("foldIn: takes numbers and traced integers alike", async () => {
  const key = g.key(1);
  const fixed = await list(g.foldIn(key, 5));
  const traced = g.jit((step: g.Tensor) => g.foldIn(key, step));
  assertEquals(await list(traced(g.tensor(5, { dtype: "i32" }))), fixed);
  const steps = g.tensor([4, 5], { dtype: "i32" });
  const many = vmap((step: g.Tensor) => g.foldIn(key, step))(steps);
  assertEquals((await list(many)).slice(2), fixed);
});

Deno.test("randomBits: refuses what is no key", () => {
  assertThrows(
    () => g.randomBits(g.zeros([3]), [2]),
    g.ShapeError,
    "Cannot random_bits with the key f32[3]: a key is two words",
  );
});

Deno.test("uniform: stays in the half-open interval", async () => {
  for (const dtype of ["f32", "f16", "bf16"] as const) {
    const options = { dtype, minval: -2, maxval: 3 };
    const values = await list(g.uniform(g.key(9), [500], options));
    assertEquals(values.every((x) => -2 <= x && x < 3), true);
  }
  assertThrows(() => g.uniform(g.key(0), [1], { dtype: "i32" }), g.UnsupportedError, "randint");
});

Deno.test("normal: has mean 0 and deviation 1", async () => {
  const values = await list(g.normal(g.key(11), [4000]));
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const square = values.reduce((sum, x) => sum + x * x, 0) / values.length;
  assertEquals(Math.abs(mean) < 0.05 && Math.abs(square - 1) < 0.08, true);
});

Deno.test("permutation: is a rearrangement", async () => {
  const order = await list(g.permutation(g.key(4), 50));
  assertEquals(order.toSorted((a, b) => a - b), Array.from({ length: 50 }, (_, i) => i));
});

Deno.test("categorical: never draws an excluded class", async () => {
  const logits = g.tensor([0, -Infinity, 1]);
  const drawn = await list(g.categorical(g.key(2), logits, { shape: [200] }));
  assertEquals(new Set(drawn), new Set([0, 2]));
  assertThrows(
    () => g.categorical(g.key(2), g.zeros([3, 4]), { shape: [5] }),
    g.ShapeError,
    "Cannot sample [5] from logits [3, 4]",
  );
});

Deno.test("randint: covers its interval and nothing else", async () => {
  const drawn = await list(g.randint(g.key(5), [300], { minval: -2, maxval: 3 }));
  assertEquals(new Set(drawn), new Set([-2, -1, 0, 1, 2]));
  assertEquals(await list(g.randint(g.key(5), [2], { minval: 4, maxval: 4 })), [4, 4]);
});
