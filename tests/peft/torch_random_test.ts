import { assertEquals } from "@std/assert";
import { torchGenerator, torchRandperm } from "../../peft/_torch_random.ts";

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
