import { assertEquals } from "@std/assert";
import { torchGenerator, torchRandperm, torchUniform } from "../../peft/_torch_random.ts";

Deno.test("torchGenerator: gives the numbers of MT19937", () => {
  const { next } = torchGenerator(5489); // the reference implementation's seed
  const first = [next(), next(), next()];
  assertEquals(first, [3499211612, 581869302, 3890346734]);
});

Deno.test("torchRandperm: is the beginning of a permutation", () => {
  const whole = torchRandperm(50, 50, 777);
  assertEquals([...whole].sort((a, b) => a - b), [...Array(50).keys()]);
  assertEquals(torchRandperm(50, 7, 777), whole.slice(0, 7));
});

Deno.test("torchUniform: gives the numbers of PyTorch, rounded once", () => {
  const [a, b, c] = torchUniform(torchGenerator(0), 3, { low: 0, high: 1 });
  assertEquals([a, b, c].map((x) => x!.toFixed(4)), ["0.4963", "0.7682", "0.0885"]);
});

Deno.test("torchUniform: what is rounded up to the end becomes the beginning", () => {
  const whole = (x: number): number => Math.round(x);
  const values = torchUniform(torchGenerator(0), 100, { low: 0, high: 2, round: whole });
  assertEquals([...new Set(values)].sort(), [0, 1]);
});
