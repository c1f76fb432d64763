import { assertThrows } from "@std/assert";
import { key, normal, setDevice, type Tensor, tensor } from "../../mod.ts";
import { attention, softCap } from "../../nn/mod.ts";
import { checkGradient } from "../../testing/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

const random = (seed: number, shape: readonly number[]): Tensor => normal(key(seed), shape);

Deno.test("softCap: small numbers stay, large ones end at the cap", async () => {
  await assertClose(softCap(tensor([0, 0.001, 1000, -1000]), { cap: 5 }), [0, 0.001, 5, -5]);
  assertThrows(() => softCap(tensor([1]), { cap: 0 }), RangeError, "Cannot cap at 0");
});

Deno.test("attention: a soft cap bounds the scores before bias and masks", async () => {
  const inputs = {
    query: tensor([100], { shape: [1, 1, 1, 1] }),
    key: tensor([1, 0, 5], { shape: [1, 1, 3, 1] }),
    value: tensor([0, 4, 99], { shape: [1, 1, 3, 1] }),
  };
  const mask = tensor([true, true, false]);
  const options = { softCap: Math.log(3), mask };
  await assertClose(attention(inputs, options), [1]); // weights 3/4, 1/4
  const bias = tensor([-Math.log(3), 0, 0]);
  await assertClose(attention(inputs, { ...options, bias }), [2]);
});

Deno.test("attention: with a large cap it is what it is without, causal and with shared heads", async () => {
  const [query, key] = [random(1, [2, 4, 3, 2]), random(2, [2, 2, 5, 2])];
  const inputs = { query, key, value: random(3, [2, 2, 5, 2]) };
  const plain = Array.from(await attention(inputs, { causal: true }).data());
  await assertClose(attention(inputs, { causal: true, softCap: 1e4 }), plain, 1e-4);
});

Deno.test("attention: with a cap it has the derivative that differences say", async () => {
  const f = (query: Tensor, key: Tensor, value: Tensor): Tensor =>
    attention({ query, key, value }, { softCap: 1 });
  const [k, v] = [random(2, [1, 1, 3, 2]), random(3, [1, 1, 3, 2])];
  await checkGradient(f, [random(1, [1, 2, 2, 2]), k, v]);
});
