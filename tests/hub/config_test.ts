import { assertEquals, assertRejects } from "@std/assert";
import {
  FileFormatError,
  readConfig,
  readGenerationConfig,
  writeConfig,
  writeGenerationConfig,
} from "../../hub/mod.ts";
import { withFolder } from "./_folder.ts";

const GOLDEN = new URL("../goldens/models/gpt2-causal-lm", import.meta.url).pathname;

Deno.test("readConfig: reads a model's settings", async () => {
  const config = await readConfig(GOLDEN);
  assertEquals([config.model_type, config.n_layer, config.n_inner], ["gpt2", 2, null]);
});

Deno.test("writeConfig: writes the text of the Hugging Face libraries", async () => {
  await withFolder(async (folder) => {
    await writeConfig(folder, { n_layer: 2, model_type: "gpt2", rope: { b: 1, a: [1] } });
    const text = await Deno.readTextFile(`${folder}/config.json`);
    assertEquals(
      text,
      '{\n  "model_type": "gpt2",\n  "n_layer": 2,\n  "rope": {\n    "a": [\n      1\n    ],\n' +
        '    "b": 1\n  }\n}\n',
    );
  });
});

Deno.test("writeConfig: numbers that the source spells as fractions stay fractions", async () => {
  await withFolder(async (folder) => {
    const text = '{"model_type": "t5", "factor": 1.0, "eps": 1e-6, "list": [2.0, 3], "n": 4}';
    await Deno.writeTextFile(`${folder}/config.json`, text);
    const config = await readConfig(folder);
    await Deno.mkdir(`${folder}/out`);
    await writeConfig(`${folder}/out`, { ...config, n: 5, other: 6 }, { like: folder });
    const written = await Deno.readTextFile(`${folder}/out/config.json`);
    assertEquals(
      written.replaceAll(/\s+/g, ""),
      '{"eps":0.000001,"factor":1.0,"list":[2.0,3],"model_type":"t5","n":5,"other":6}',
    );
  });
});

Deno.test("readConfig: names the file and what is wrong with it", async () => {
  await withFolder(async (folder) => {
    await assertRejects(() => readConfig(folder), FileFormatError, "the file does not exist");
    await Deno.writeTextFile(`${folder}/config.json`, "{}");
    await assertRejects(() => readConfig(folder), FileFormatError, "model_type is missing");
    await Deno.writeTextFile(`${folder}/config.json`, "{");
    await assertRejects(() => readConfig(folder), FileFormatError, "does not parse");
  });
});

Deno.test("readGenerationConfig: null without a file, its contents with one", async () => {
  await withFolder(async (folder) => {
    assertEquals(await readGenerationConfig(folder), null);
    await writeGenerationConfig(folder, { eos_token_id: 2 });
    assertEquals(await readGenerationConfig(folder), { eos_token_id: 2 });
  });
});
