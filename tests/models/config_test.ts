import { assertEquals, assertThrows } from "@std/assert";
import { familyNames, familyOf } from "../../models/mod.ts";

const REFUSED: readonly [family: string, fields: Record<string, number>, says: string][] = [
  ["gpt2", { n_layer: 1e9 }, '"n_layer" is 1000000000; a whole number from 1 to 4096 is needed'],
  ["gpt2", { vocab_size: -1 }, '"vocab_size" is -1'],
  ["gpt2", { n_embd: 0.5 }, '"n_embd" is 0.5'],
  ["gpt2", { n_head: 5 }, "n_head 5 does not divide n_embd 768"],
  ["llama", { num_hidden_layers: 1e9 }, '"num_hidden_layers" is 1000000000'],
  ["llama", { num_attention_heads: 0 }, '"num_attention_heads" is 0'],
  ["llama", { num_key_value_heads: 5 }, "num_key_value_heads 5 does not divide"],
  ["llama", { num_attention_heads: 24 }, "24 does not divide hidden_size 4096"],
];

for (const [name, fields, says] of REFUSED) {
  Deno.test(`parseConfig: refuses a ${name} with ${JSON.stringify(fields)}`, () => {
    const error = assertThrows(() => familyOf(name).parseConfig(fields), RangeError, says);
    assertEquals(error.message.startsWith(`Cannot read a ${name} config: `), true);
  });
}

Deno.test("parseConfig: every family's own defaults are sound", () => {
  for (const name of familyNames()) familyOf(name).parseConfig({ model_type: name });
});
