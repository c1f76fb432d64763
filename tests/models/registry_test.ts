import "../../mod.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { setDevice, tensor, treePaths, UnsupportedError } from "../../mod.ts";
import { familyOf, familyOfConfig, paramsOf } from "../../models/mod.ts";

setDevice("reference");

Deno.test("familyOf: names the known architectures when it has not the asked one", () => {
  assertEquals(familyOf("gpt2").name, "gpt2");
  assertThrows(() => familyOf("gpt9"), UnsupportedError, '"gpt2"');
});

Deno.test("familyOfConfig: goes by model_type", () => {
  assertEquals(familyOfConfig({ model_type: "gpt2" }).name, "gpt2");
  assertThrows(() => familyOfConfig({}), TypeError, '"model_type" is undefined');
});

Deno.test("paramsOf: gives a bare model its prefix and leaves out buffers", () => {
  const x = tensor([1]);
  const bare = { "h.0.attn.bias": x, "h.0.ln_1.bias": x, "wte.weight": x };
  assertEquals(treePaths(paramsOf(familyOf("gpt2"), bare)), [
    "transformer.h.0.ln_1.bias",
    "transformer.wte.weight",
  ]);
  const full = { "transformer.wte.weight": x, "score.weight": x };
  assertEquals(treePaths(paramsOf(familyOf("gpt2"), full)), [
    "score.weight",
    "transformer.wte.weight",
  ]);
});
