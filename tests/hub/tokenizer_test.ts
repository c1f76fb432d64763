import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FileFormatError, loadTokenizer, parseTokenizer } from "../../hub/mod.ts";
import { withFolder } from "./_folder.ts";

// A small byte-level BPE; the ids below are those of Python's tokenizers library.
const FOLDER = new URL("./tokenizer", import.meta.url).pathname;

Deno.test("loadTokenizer: encodes and decodes as the Python library does", async () => {
  const { encode, decode } = await loadTokenizer(FOLDER);
  assertEquals(encode("a frozen tensor"), [0, 67, 306, 295, 261, 277, 1]);
  assertEquals(encode("a frozen tensor", { addSpecialTokens: false }), [67, 306, 295, 261, 277]);
  const ids = [0, 80, 67, 130, 110, 88, 71, 223, 165, 248, 101, 165, 253, 108, 317, 71, 201, 1];
  assertEquals(encode("naïve 日本 tree\n"), ids);
  assertEquals(decode(ids), "naïve 日本 tree\n");
  assertEquals(decode(new Int32Array([0, 67, 306])), "a fr");
  assertEquals(decode([0, 67, 1], { skipSpecialTokens: false }), "<s>a</s>");
  assertEquals(decode([]), "");
});

Deno.test("loadTokenizer: tells the two texts of a pair apart", async () => {
  const { encodeWithTypes } = await loadTokenizer(FOLDER);
  assertEquals(encodeWithTypes("a tree", { pair: "the model" }), {
    ids: [0, 67, 317, 71, 1, 298, 307, 285, 78, 1],
    typeIds: [0, 0, 0, 0, 0, 1, 1, 1, 1, 1],
  });
});

Deno.test("loadTokenizer: knows its size, its special tokens and its limit", async () => {
  const { vocabSize, specialIds, tokenId, maxLength } = await loadTokenizer(FOLDER);
  assertEquals(vocabSize, 320);
  assertEquals(specialIds, { bos: 0, eos: 1, pad: 2 });
  assertEquals([tokenId("</s>"), tokenId("no such token")], [1, undefined]);
  assertEquals(maxLength, 64);
});

Deno.test("loadTokenizer: says which file is missing and what to do", async () => {
  await withFolder(async (folder) => {
    const error = await assertRejects(() => loadTokenizer(folder), FileFormatError);
    assertEquals(
      error.message,
      `Cannot read "${folder}/tokenizer.json": the file does not exist; save the tokenizer in ` +
        "the fast format of the transformers library",
    );
  });
});

Deno.test("parseTokenizer: refuses an object that is no tokenizer", () => {
  assertThrows(() => parseTokenizer({ version: "1.0" }), FileFormatError, "is not one");
});
