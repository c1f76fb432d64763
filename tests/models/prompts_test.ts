import "../../mod.ts";
import { assertEquals } from "@std/assert";
import { setDevice, tensor } from "../../mod.ts";
import {
  attendPrompt,
  prependPrefix,
  prependPrompt,
  prependSeen,
  textPositions,
} from "../../models/mod.ts";

setDevice("reference");

Deno.test("prompts: virtual tokens and columns come in front", async () => {
  const embeds = tensor([[[1, 1]], [[2, 2]]]);
  const joined = prependPrompt(tensor([[9, 9]]), embeds);
  assertEquals(Array.from(await joined.data()), [9, 9, 1, 1, 9, 9, 2, 2]);
  const mask = tensor([[0, 1]], { dtype: "i32" });
  assertEquals(Array.from(await prependSeen(mask, 1).data()), [1, 0, 1]);
  assertEquals(prependSeen(mask, 0), mask);
  const column = tensor([5], { shape: [1, 1, 1, 1] });
  const prefix = { key: tensor([[[1]]]), value: tensor([[[2]]]) };
  const { key, value } = prependPrefix(prefix, { key: column, value: column });
  assertEquals([...await key.data(), ...await value.data()], [1, 5, 2, 5]);
});

Deno.test("textPositions: counts columns, or shifts the positions that are given", async () => {
  const position_ids = tensor([[0, 0, 1]], { dtype: "i32" });
  const cases = [
    [{}, { time: 3, virtual: 0, prompt: 0, prefix: 2 }, [2, 3, 4]],
    [{ position_ids }, { time: 3, virtual: 0, prompt: 4, prefix: 0 }, [4, 4, 5]],
    [{ position_ids }, { time: 5, virtual: 2, prompt: 2, prefix: 0 }, [0, 1, 2, 2, 3]],
  ] as const;
  for (const [inputs, options, expected] of cases) {
    assertEquals(Array.from(await textPositions(inputs, options).data()), [...expected]);
  }
});

Deno.test("attendPrompt: the mean of the prompt's values, times the gate", async () => {
  const query = tensor([0, 0], { shape: [2, 1, 1, 1] });
  const key = tensor([1, 2], { shape: [1, 1, 2, 1] });
  const value = tensor([2, 4], { shape: [1, 1, 2, 1] });
  const taken = attendPrompt({ query, key, value }, tensor([0.5]));
  assertEquals(Array.from(await taken.data()), [1.5, 1.5]);
});
