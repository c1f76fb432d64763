import { assertEquals } from "@std/assert";
import { setDevice, treeEntries } from "../../mod.ts";
import { noteDrawn } from "../../cli/load.ts";
import { loadModel } from "../../train/mod.ts";
import { withFolder } from "../hub/_folder.ts";
import { writeTinyModel } from "../cli/_tiny_model.ts";

setDevice("reference");

Deno.test("loadModel: names the weights of a head that the checkpoint lacks", () =>
  withFolder(async (folder) => {
    await writeTinyModel(folder);
    assertEquals((await loadModel(folder)).drawn, []);
    const model = await loadModel(folder, { task: "token-classification" });
    assertEquals(model.drawn, ["classifier.bias", "classifier.weight"]);
    assertEquals(treeEntries(model.params).filter(([name]) => /classifier/.test(name)).length, 2);
    const notes: string[] = [];
    const ignore = (): void => {};
    noteDrawn(model, {
      out: ignore,
      write: ignore,
      note: (line) => notes.push(line),
      status: null,
    });
    assertEquals(notes, [
      'note: the checkpoint lacks "classifier.bias", "classifier.weight": drawn at random, so ' +
      "train before you trust the results",
    ]);
  }));
