import { assertEquals, assertRejects } from "@std/assert";
import { type Tensor, tensor } from "../../../mod.ts";
import {
  formatSafetensors,
  openSafetensors,
  parseSafetensors,
  readSafetensors,
  writeSafetensors,
} from "../../../hub/mod.ts";

const GOLDENS = new URL("../../goldens/", import.meta.url).pathname;

// What safetensors 0.8 writes for one tensor of every dtype that PyTorch shares with us.
const EVERY_DTYPE = [
  "2AIAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCJ9LCJpZHMiOnsiZHR5cGUiOiJJNjQiLCJzaGFwZSI6",
  "WzJdLCJkYXRhX29mZnNldHMiOlswLDE2XX0sImRvdWJsZSI6eyJkdHlwZSI6IkY2NCIsInNoYXBlIjpbMV0sImRhdGFf",
  "b2Zmc2V0cyI6WzE2LDI0XX0sIm5vbmUiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzAsMl0sImRhdGFfb2Zmc2V0cyI6",
  "WzI0LDI0XX0sInciOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzEsMl0sImRhdGFfb2Zmc2V0cyI6WzI0LDMyXX0sIuWQ",
  "jSI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzMyLDM2XX0sImludCI6eyJkdHlwZSI6",
  "IkkzMiIsInNoYXBlIjpbXSwiZGF0YV9vZmZzZXRzIjpbMzYsNDBdfSwiYnJhaW4iOnsiZHR5cGUiOiJCRjE2Iiwic2hh",
  "cGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbNDAsNDJdfSwiaGFsZiI6eyJkdHlwZSI6IkYxNiIsInNoYXBlIjpbMV0sImRh",
  "dGFfb2Zmc2V0cyI6WzQyLDQ0XX0sInNob3J0Ijp7ImR0eXBlIjoiSTE2Iiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRz",
  "IjpbNDQsNDZdfSwidGlueSI6eyJkdHlwZSI6Ikk4Iiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbNDYsNDddfSwi",
  "Ynl0ZSI6eyJkdHlwZSI6IlU4Iiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbNDcsNDhdfSwiZmxhZyI6eyJkdHlw",
  "ZSI6IkJPT0wiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls0OCw1MF19fQcAAAAAAAAA9/////////+amZmZmZm5",
  "PwAAwD8AAADAAACAPwUAAAAAwAA+/f/4/wEA",
].join("");

const FILES = [
  "models/gpt2-causal-lm/model.safetensors",
  "models/gpt2-causal-lm/io.safetensors",
  "models/gpt2-causal-lm/adapters/lora/adapter_model.safetensors",
];

for (const name of FILES) {
  Deno.test(`writeSafetensors: gives the bytes of the Python library's ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      using file = await openSafetensors(GOLDENS + name);
      const { dtypes, metadata } = file;
      await writeSafetensors(`${folder}/x`, await readSafetensors(GOLDENS + name), {
        dtypes,
        metadata,
      });
      assertEquals(await Deno.readFile(`${folder}/x`), await Deno.readFile(GOLDENS + name));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("formatSafetensors: gives the Python library's bytes for every dtype", async () => {
  const path = await Deno.makeTempFile();
  try {
    const bytes = Uint8Array.fromBase64(EVERY_DTYPE);
    await Deno.writeFile(path, bytes);
    using file = await openSafetensors(path);
    const { dtypes } = file;
    assertEquals(await formatSafetensors(parseSafetensors(bytes), { dtypes }), bytes);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("formatSafetensors: wide dtypes first, then names by their bytes", async () => {
  const x: Tensor = tensor([1]);
  const tensors = {
    "b": x,
    "a": x,
    "10": x,
    "\u{10000}": x,
    "\uffff": x,
    ids: tensor([1], { dtype: "u8" }),
  };
  const bytes = await formatSafetensors(tensors, { dtypes: { ids: "I64" } });
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  const order = [...header.matchAll(/"([^"]*)":\{"d/g)].map((match) => match[1]);
  assertEquals(order, ["ids", "10", "a", "b", "\uffff", "\u{10000}"]);
  assertEquals(length % 8, 0);
});

Deno.test("formatSafetensors: refuses an integer that its file dtype cannot hold", async () => {
  const ids = tensor([40000], { dtype: "i32" });
  await assertRejects(
    () => formatSafetensors({ ids }, { dtypes: { ids: "I16" } }),
    RangeError,
    "Cannot write i32 as I16: element 0 is 40000",
  );
});

Deno.test("writeSafetensors: a failure leaves no file and keeps the old one", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/x`, "old");
    const options = { dtypes: { x: "F16" } } as const;
    await assertRejects(
      () => writeSafetensors(`${folder}/x`, { x: tensor([1]) }, options),
      Error,
      "Cannot write f32 as F16",
    );
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["x"]);
    assertEquals(await Deno.readTextFile(`${folder}/x`), "old");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
