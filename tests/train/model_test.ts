import { assertEquals, assertThrows } from "@std/assert";
import { setDevice, treeEntries, TreeError } from "../../mod.ts";
import { parseJsonObject, parseSafetensors } from "../../hub/mod.ts";
import { type LoadedModel, loadModel, modelFromFiles } from "../../train/mod.ts";
import { withFolder } from "../hub/_folder.ts";
import { writeTinyModel } from "../cli/_tiny_model.ts";

setDevice("reference");

Deno.test("modelFromFiles: gives what loadModel gives for the folder", () =>
  withFolder(async (folder) => {
    await writeTinyModel(folder);
    const text = await Deno.readTextFile(`${folder}/config.json`);
    const files = {
      config: parseJsonObject(text, "config.json") as LoadedModel["json"],
      tensors: parseSafetensors(await Deno.readFile(`${folder}/model.safetensors`)),
    };
    const expected = await loadModel(folder);
    const model = modelFromFiles(files, { folder });
    assertEquals(model.config, expected.config);
    const entries = treeEntries(model.params);
    assertEquals(entries.map(([path]) => path), treeEntries(expected.params).map(([path]) => path));
    for (const [i, [, leaf]] of treeEntries(expected.params).entries()) {
      assertEquals(await entries[i]![1].data(), await leaf.data());
    }
    const [first] = Object.keys(files.tensors);
    const { [first!]: _, ...tensors } = files.tensors;
    assertThrows(
      () => modelFromFiles({ ...files, tensors }),
      TreeError,
      'Cannot load "bytes" into the model: it lacks',
    );
  }));
