import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { key } from "../../mod.ts";
import {
  completionDataset,
  epochOrder,
  packTokens,
  parseCompletions,
  readTextFiles,
  shuffledBatches,
  splitHeldOut,
} from "../../train/mod.ts";

Deno.test("packTokens: joins documents with a separator and drops the rest", () => {
  const data = packTokens([[1, 2, 3], [4, 5]], { seqLen: 3, separator: 0 });
  assertEquals([...data.ids], [1, 2, 3, 0, 4, 5]);
  assertEquals(data.rows, 2);
});

Deno.test("packTokens: a text shorter than one sequence is refused", () => {
  assertThrows(() => packTokens([[1, 2]], { seqLen: 8 }), RangeError, "shorter than one");
});

Deno.test("splitHeldOut: the tail is held out, at least one row", () => {
  const data = packTokens([[0, 1, 2, 3, 4, 5]], { seqLen: 2 });
  const { training, heldOut } = splitHeldOut(data, 0.01);
  assertEquals([...heldOut.ids], [4, 5]);
  assertEquals(training.rows, 2);
});

Deno.test("epochOrder: a permutation that depends on key and epoch", async () => {
  const first = await epochOrder(key(0), 0, 20);
  assertEquals([...first].sort((a, b) => a - b), Array.from({ length: 20 }, (_, i) => i));
  assertEquals(await epochOrder(key(0), 0, 20), first);
  assert(`${await epochOrder(key(0), 1, 20)}` !== `${first}`);
});

Deno.test("shuffledBatches: goes on from a position as if it had not stopped", async () => {
  const data = packTokens([Array.from({ length: 20 }, (_, i) => i)], { seqLen: 2 });
  const options = { key: key(3), batchSize: 3 };
  const all: number[][] = [];
  let middle = { epoch: 0, row: 0 };
  for await (
    const { batch, next } of shuffledBatches(data, { ...options, position: { epoch: 0, row: 0 } })
  ) {
    all.push([...await batch.input_ids.data()]);
    if (all.length === 2) middle = next;
    if (all.length === 5) break;
  }
  const later: number[][] = [];
  for await (const { batch } of shuffledBatches(data, { ...options, position: middle })) {
    later.push([...await batch.input_ids.data()]);
    if (later.length === 3) break;
  }
  assertEquals(later, all.slice(2));
});

Deno.test("completionDataset: the loss counts on the completion only", () => {
  const examples = parseCompletions('{"prompt":"ab","completion":"c"}\n\n', "x.jsonl");
  const encode = (text: string) => [...text].map((c) => c.charCodeAt(0) - 96);
  const data = completionDataset(examples, { encode, seqLen: 6, end: 0 });
  assertEquals([...data.ids], [1, 2, 3, 0, 0, 0]);
  assertEquals([...data.labels], [-100, -100, 3, 0, -100, -100]);
  assertEquals([...data.mask!], [1, 1, 1, 1, 0, 0]);
});

Deno.test("parseCompletions: a bad line is named", () => {
  assertThrows(() => parseCompletions("{}", "x.jsonl"), SyntaxError, 'line 1 of "x.jsonl"');
});

Deno.test("readTextFiles: empty and binary files are refused and named", async () => {
  const dir = await Deno.makeTempDir();
  await Deno.writeTextFile(`${dir}/empty.txt`, "");
  await Deno.writeFile(`${dir}/binary.txt`, Uint8Array.of(0xff, 0xfe, 0x00));
  await Deno.writeTextFile(`${dir}/nul.txt`, "a\0b");
  await assertRejects(() => readTextFiles([`${dir}/empty.txt`]), TypeError, "empty");
  await assertRejects(() => readTextFiles([`${dir}/binary.txt`]), TypeError, "not UTF-8");
  await assertRejects(() => readTextFiles([`${dir}/nul.txt`]), TypeError, "NUL");
  await Deno.remove(dir, { recursive: true });
});
