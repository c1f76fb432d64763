import { assertEquals, assertThrows } from "@std/assert";
import { TreeError } from "../../../mod.ts";
import { fitNames } from "../../../hub/mod.ts";

const shapes = { "transformer.wte.weight": [4, 2], "transformer.h.0.attn.w": [2] };
const expected = { shapes, baseName: "transformer" };

Deno.test("fitNames: a base model's file has no prefix; buffers are passed over", () => {
  const found = {
    "wte.weight": [4, 2],
    "h.0.attn.w": [2],
    "h.0.attn.bias": [1, 1, 8, 8],
    "h.0.attn.masked_bias": [],
    "embeddings.position_ids": [1, 8],
    "h.0.rotary_emb.inv_freq": [1],
  };
  assertEquals([...fitNames(found, expected, "file")], [
    ["transformer.wte.weight", "wte.weight"],
    ["transformer.h.0.attn.w", "h.0.attn.w"],
  ]);
});

Deno.test("fitNames: a parameter that is called as a buffer is still loaded", () => {
  const found = { "h.attn.bias": [2] };
  assertEquals([...fitNames(found, { shapes: found }, "file")], [["h.attn.bias", "h.attn.bias"]]);
});

Deno.test("fitNames: gamma and beta of old layer norms", () => {
  const fit = fitNames({ "a.LayerNorm.gamma": [1], "a.LayerNorm.beta": [1] }, {
    shapes: { "a.LayerNorm.weight": [1], "a.LayerNorm.bias": [1] },
  }, "file");
  assertEquals(fit.get("a.LayerNorm.weight"), "a.LayerNorm.gamma");
  assertEquals(fit.get("a.LayerNorm.bias"), "a.LayerNorm.beta");
});

Deno.test("fitNames: tied parameters may be stored under either name, or under both", () => {
  const tied = { "lm_head.weight": "wte.weight" };
  const both = { "wte.weight": [4, 2], "lm_head.weight": [4, 2] };
  const { "wte.weight": wte, "lm_head.weight": head } = both;
  const fit = (found: Record<string, number[]>, shapes: Record<string, number[]>) =>
    Object.fromEntries(fitNames(found, { shapes, tied }, "file"));
  assertEquals(fit(both, { "wte.weight": wte }), { "wte.weight": "wte.weight" });
  assertEquals(fit({ "lm_head.weight": head }, { "wte.weight": wte }), {
    "wte.weight": "lm_head.weight",
  });
  assertEquals(fit({ "wte.weight": wte }, both), {
    "wte.weight": "wte.weight",
    "lm_head.weight": "wte.weight",
  });
  assertEquals(fit(both, both), {
    "wte.weight": "wte.weight",
    "lm_head.weight": "lm_head.weight",
  });
});

Deno.test("fitNames: optional parameters may be absent and ignored tensors left over", () => {
  const fit = fitNames({ "wte.weight": [4, 2], "h.0.attn.w": [2], "lm_head.weight": [4, 2] }, {
    ...expected,
    shapes: { ...shapes, "score.weight": [3, 2] },
    optional: [/^score\./],
    ignored: [/^lm_head\./],
  }, "file");
  assertEquals([...fit.keys()], Object.keys(shapes));
});

Deno.test("fitNames: one error names all that does not fit", () => {
  const found = { "wte.weight": [5, 2], "extra.weight": [1] };
  const error = assertThrows(() => fitNames(found, expected, "folder"), TreeError);
  assertEquals(
    error.message,
    'Cannot load "folder" into the model: it lacks "transformer.h.0.attn.w"; it has, and the ' +
      'model has not, "extra.weight"; other shapes are in "transformer.wte.weight" ([5, 2], the ' +
      "model has [4, 2])",
  );
  assertEquals(error.path, "transformer.h.0.attn.w");
});
