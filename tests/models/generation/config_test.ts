import { assertEquals, assertThrows } from "@std/assert";
import { parseGenerationConfig } from "../../../models/mod.ts";

Deno.test("parseGenerationConfig: takes what generation knows", () => {
  const json = { eos_token_id: 2, top_k: 5, max_length: 20, do_sample: true, pad_token_id: null };
  assertEquals(parseGenerationConfig(json), {
    top_k: 5,
    eos_token_id: [2],
    do_sample: true,
    early_stopping: false,
  });
  assertEquals(parseGenerationConfig({ eos_token_id: [1, 2] }).eos_token_id, [1, 2]);
});

Deno.test("parseGenerationConfig: refuses other types", () => {
  assertThrows(() => parseGenerationConfig({ top_p: "1" }), TypeError, "a number is needed");
  assertThrows(() => parseGenerationConfig({ eos_token_id: "2" }), TypeError, "a list of them");
  assertThrows(() => parseGenerationConfig({ do_sample: 1 }), TypeError, "true or false");
  assertThrows(() => parseGenerationConfig({ early_stopping: 1 }), TypeError, '"never"');
});
