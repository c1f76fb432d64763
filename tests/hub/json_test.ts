import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FileFormatError, parseJsonObject, readJsonIfExists, writeJson } from "../../hub/mod.ts";
import { withFolder } from "./_folder.ts";

Deno.test("parseJsonObject: takes objects and nothing else", () => {
  assertEquals(parseJsonObject('{"a": [1]}', "x.json"), { a: [1] });
  for (const text of ["[1]", "3", "null", '"a"']) {
    assertThrows(() => parseJsonObject(text, "x.json"), FileFormatError, '"x.json": the JSON');
  }
});

Deno.test("readJsonIfExists: null only where there is no file", async () => {
  await withFolder(async (folder) => {
    assertEquals(await readJsonIfExists(`${folder}/x.json`), null);
    await Deno.writeTextFile(`${folder}/x.json`, "{,}");
    await assertRejects(() => readJsonIfExists(`${folder}/x.json`), FileFormatError);
  });
});

Deno.test("writeJson: keys in order, all the way down", async () => {
  await withFolder(async (folder) => {
    await writeJson(`${folder}/x.json`, { b: { d: 1, c: null }, a: [{ f: 1, e: 2 }] });
    const text = await Deno.readTextFile(`${folder}/x.json`);
    assertEquals(text.replaceAll(/\s/g, ""), '{"a":[{"e":2,"f":1}],"b":{"c":null,"d":1}}');
  });
});
