import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { type Shape, tensor } from "../../../mod.ts";
import {
  FileFormatError,
  loadCheckpoint,
  openCheckpoint,
  readSafetensors,
  saveCheckpoint,
  writeSafetensors,
} from "../../../hub/mod.ts";
import { namesIn, withFolder } from "../_folder.ts";

const GOLDEN = new URL("../../goldens/models/gpt2-causal-lm", import.meta.url).pathname;

async function goldenShapes(): Promise<{ readonly [name: string]: Shape }> {
  const tensors = await readSafetensors(`${GOLDEN}/model.safetensors`);
  return Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, x.shape]));
}

Deno.test("loadCheckpoint: a model's file into the model, its tied head being the embedding", async () => {
  const shapes = { ...await goldenShapes(), "lm_head.weight": [96, 32] };
  const tied = { "lm_head.weight": "transformer.wte.weight" };
  const params = await loadCheckpoint(GOLDEN, { shapes, tied, baseName: "transformer" });
  assertEquals(Object.keys(params).sort(), Object.keys(shapes).sort());
  assertStrictEquals(params["lm_head.weight"], params["transformer.wte.weight"]);
});

Deno.test("loadCheckpoint: a model's file into its base model", async () => {
  const withHead = Object.entries(await goldenShapes());
  const shapes = Object.fromEntries(
    withHead.map(([name, shape]) => [name.replace("transformer.", ""), shape]),
  );
  const params = await loadCheckpoint(GOLDEN, { shapes, baseName: "transformer" });
  assertEquals(params["wte.weight"]!.shape, [96, 32]);
});

Deno.test("loadCheckpoint: converts floats when asked", async () => {
  const params = await loadCheckpoint(GOLDEN, undefined, { dtype: "f16" });
  assert(Object.values(params).every((x) => x.dtype === "f16"));
});

Deno.test("saveCheckpoint: shards come back whole, and replace the single file", async () => {
  await withFolder(async (folder) => {
    const params = await loadCheckpoint(GOLDEN);
    await saveCheckpoint(folder, params);
    assertEquals(namesIn(folder), ["model.safetensors"]);
    await saveCheckpoint(folder, params, { maxShardBytes: 50_000 });
    const names = namesIn(folder);
    assert(names.length > 3 && !names.includes("model.safetensors"));
    assert(names.includes(`model-00001-of-0000${names.length - 1}.safetensors`));
    const back = await loadCheckpoint(folder);
    assertEquals(Object.keys(back).sort(), Object.keys(params).sort());
    for (const [name, x] of Object.entries(params)) {
      assertEquals(await back[name]!.data(), await x.data(), name);
    }
    await saveCheckpoint(folder, params);
    assertEquals(namesIn(folder), ["model.safetensors"]);
  });
});

const INDEXES: readonly [why: string, index: unknown, message: string][] = [
  ["no map", {}, "weight_map is not an object"],
  ["a path out of the folder", { weight_map: { x: "../x.safetensors" } }, "of the folder"],
  [
    "a shard without its tensor",
    { weight_map: { y: "a.safetensors" } },
    'weight_map "y" is not in',
  ],
];

for (const [why, index, message] of INDEXES) {
  Deno.test(`openCheckpoint: refuses an index with ${why}`, async () => {
    await withFolder(async (folder) => {
      await writeSafetensors(`${folder}/a.safetensors`, { x: tensor([1]) });
      await Deno.writeTextFile(`${folder}/model.safetensors.index.json`, JSON.stringify(index));
      await assertRejects(() => openCheckpoint(folder), FileFormatError, message);
    });
  });
}

Deno.test("openCheckpoint: says what a folder without weights should have", async () => {
  await withFolder(async (folder) => {
    await assertRejects(() => openCheckpoint(folder), FileFormatError, "the weights are missing");
    await Deno.writeTextFile(`${folder}/pytorch_model.bin`, "");
    await assertRejects(() => openCheckpoint(folder), FileFormatError, "pytorch_model.bin");
  });
});
