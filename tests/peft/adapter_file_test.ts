import { assertEquals, assertThrows } from "@std/assert";
import { type Json, key, TreeError, UnsupportedError, zeros } from "../../mod.ts";
import { adapterFromFiles, adapterToFiles, lora } from "../../peft/mod.ts";

const matrix = (
  out: number,
): { weight: ReturnType<typeof zeros>; bias: ReturnType<typeof zeros> } => ({
  weight: zeros([out, 3]),
  bias: zeros([out]),
});
const PARAMS = { h: [{ q: matrix(2), k: matrix(2) }, { q: matrix(2), k: matrix(2) }] };
const PREFIX = "base_model.model.";

const adapter = lora.init(key(0), PARAMS, { r: 2, target_modules: ["q"], bias: "all" });
const files = adapterToFiles(adapter);
const withConfig = (fields: { readonly [field: string]: Json }): typeof files => ({
  ...files,
  config: { ...files.config, ...fields },
});

Deno.test("adapterToFiles: names tensors as PEFT does", () => {
  assertEquals(Object.keys(files.tensors).filter((name) => name.includes("h.1.")).sort(), [
    `${PREFIX}h.1.k.bias`,
    `${PREFIX}h.1.q.base_layer.bias`,
    `${PREFIX}h.1.q.lora_A.weight`,
    `${PREFIX}h.1.q.lora_B.weight`,
  ]);
  assertEquals(files.config.peft_type, "LORA");
});

Deno.test("adapterFromFiles: reads what adapterToFiles writes", () => {
  const back = adapterToFiles(adapterFromFiles(files, PARAMS));
  assertEquals(Object.keys(back.tensors), Object.keys(files.tensors));
  assertEquals(back.config, files.config);
});

Deno.test("adapterFromFiles: understands names with the adapter's name and repeated prefixes", () => {
  const renamed = Object.entries(files.tensors).map(([name, tensor]) =>
    [PREFIX + name.replace(/lora_([AB])\.weight/, "lora_$1.default.weight"), tensor] as const
  );
  const read = adapterFromFiles({ ...files, tensors: Object.fromEntries(renamed) }, PARAMS);
  assertEquals(Object.keys(adapterToFiles(read).tensors), Object.keys(files.tensors));
});

Deno.test("adapterFromFiles: refuses configurations that it does not understand", () => {
  const refuse = (fields: { readonly [field: string]: Json }, text: string): void => {
    assertThrows(() => adapterFromFiles(withConfig(fields), PARAMS), Error, text);
  };
  refuse({ use_qalora: true }, `"use_qalora" is true, which is unknown`);
  refuse({ layer_replication: [[0, 1]] }, `"layer_replication" is [[0,1]]`);
  refuse({ invented: 3 }, `"invented" is 3`);
  refuse({ r: 0 }, "Cannot use r 0: it must be a positive integer");
  refuse({ r: "8" }, `Cannot use r "8": it must be a number`);
  refuse({ bias: "some" }, `Cannot use bias "some"`);
  refuse({ lora_dropout: 1 }, "Cannot use lora_dropout 1");
  refuse({ lora_bias: true, use_dora: true }, "Cannot use lora_bias");
  refuse({ task_type: "CHESS" }, `Cannot use task_type "CHESS"`);
  refuse({ peft_type: "MAGIC" }, `Cannot use the method "MAGIC"`);
  refuse({ peft_type: 3 }, "peft_type is 3");
  assertThrows(() => adapterFromFiles(withConfig({ use_qalora: true }), PARAMS), UnsupportedError);
});

Deno.test("adapterFromFiles: null, false and empty fields of other versions are harmless", () => {
  adapterFromFiles(withConfig({ future: null, later: false, other: {}, more: [] }), PARAMS);
});

Deno.test("adapterFromFiles: names what does not fit the model", () => {
  const refuse = (params: Parameters<typeof adapterFromFiles>[1], text: string): void => {
    assertThrows(() => adapterFromFiles(files, params), TreeError, text);
  };
  refuse({ h: [PARAMS.h[0]!] }, `its tensor "h.1.k.bias" belongs to nothing`);
  refuse({ h: [...PARAMS.h, PARAMS.h[0]!] }, `it has no "h.2.k.bias"`);
  refuse(
    { h: [PARAMS.h[0]!, { q: { ...matrix(2), weight: zeros([4, 3]) }, k: matrix(2) }] },
    `"h.1.q.lora_B" is [2, 2] and the model needs [4, 2]`,
  );
  const { [`${PREFIX}h.0.q.lora_A.weight`]: _, ...rest } = files.tensors;
  assertThrows(
    () => adapterFromFiles({ ...files, tensors: rest }, PARAMS),
    TreeError,
    `"h.0.q" has only one of its factors`,
  );
});
