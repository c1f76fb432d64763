import { assertEquals, assertRejects } from "@std/assert";
import { writeAll, writeFileAtomic, writeFolderAtomic, writeTextAtomic } from "../../hub/mod.ts";
import { namesIn, withFolder } from "./_folder.ts";

Deno.test("writeTextAtomic: replaces a file", async () => {
  await withFolder(async (folder) => {
    await writeTextAtomic(`${folder}/a`, "one");
    await writeTextAtomic(`${folder}/a`, "two");
    assertEquals(await Deno.readTextFile(`${folder}/a`), "two");
    assertEquals(namesIn(folder), ["a"]);
  });
});

Deno.test("writeFileAtomic: a failure keeps the old file and leaves nothing behind", async () => {
  await withFolder(async (folder) => {
    await writeTextAtomic(`${folder}/a`, "old");
    const fill = async (file: Deno.FsFile) => {
      await writeAll(file, new Uint8Array(10));
      throw new Error("No space left on device");
    };
    const error = await assertRejects(() => writeFileAtomic(`${folder}/a`, fill), Error);
    assertEquals(
      error.message,
      `Cannot write "${folder}/a": No space left on device; nothing was changed`,
    );
    assertEquals(namesIn(folder), ["a"]);
    assertEquals(await Deno.readTextFile(`${folder}/a`), "old");
  });
});

Deno.test("writeFolderAtomic: replaces a folder as a whole", async () => {
  await withFolder(async (folder) => {
    const fill = (name: string) => (temporary: string) =>
      Deno.writeTextFile(`${temporary}/${name}`, name);
    await writeFolderAtomic(`${folder}/out`, fill("one"));
    await writeFolderAtomic(`${folder}/out/`, fill("two"));
    assertEquals(namesIn(folder), ["out"]);
    assertEquals(namesIn(`${folder}/out`), ["two"]);
  });
});

Deno.test("writeFolderAtomic: a failure keeps the old folder and leaves nothing behind", async () => {
  await withFolder(async (folder) => {
    await writeFolderAtomic(`${folder}/out`, (at) => Deno.writeTextFile(`${at}/old`, ""));
    const fill = async (at: string) => {
      await Deno.writeTextFile(`${at}/new`, "");
      throw new Error("No space left on device");
    };
    await assertRejects(() => writeFolderAtomic(`${folder}/out`, fill), Error, "Cannot write");
    assertEquals(namesIn(folder), ["out"]);
    assertEquals(namesIn(`${folder}/out`), ["old"]);
  });
});
