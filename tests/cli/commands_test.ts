import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../cli/main.ts";
import { setDevice } from "../../mod.ts";
import { readSafetensors } from "../../hub/mod.ts";
import { namesIn, withFolder } from "../hub/_folder.ts";
import { run } from "./_run.ts";
import { TEXT, writeTinyModel } from "./_tiny_model.ts";

setDevice("reference");

/** Runs `use` with a folder that holds a model and a text. */
async function withModel(use: (folder: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    await writeTinyModel(`${folder}/model`);
    await Deno.writeTextFile(`${folder}/text.txt`, TEXT);
    await use(folder);
  });
}

function lossIn(text: string): number {
  return Number(text.match(/loss:? +([\d.]+)/)![1]);
}

Deno.test("graft info: describes a model and lists its tensors", async () => {
  await withModel(async (folder) => {
    const { code, out } = await run("info", `${folder}/model`, "--tensors");
    assertEquals(code, 0);
    assertStringIncludes(out, "model:          gpt2\n");
    assertStringIncludes(out, "layers:         2\n");
    assert(/transformer\.wte\.weight +F32 \[320, 16\]/.test(out));
  });
});

Deno.test("graft finetune, info, eval, merge, generate: an adapter from first to last", async () => {
  await withModel(async (folder) => {
    const model = ["--model", `${folder}/model`];
    const data = ["--data", `${folder}/text.txt`, "--seq-len", "16", "--batch-size", "4"];
    const tuned = await run(
      ...["finetune", ...model, ...data, "--out", `${folder}/adapter`, "--steps", "3"],
      ...["--lr", "0.05", "--r", "2", "--target-modules", "c_attn,c_proj", "--set", "lora_alpha=4"],
    );
    assertEquals(tuned.code, 0, tuned.notes);
    const [before, after] = [...tuned.out.matchAll(/loss ([\d.]+)/g)].map((found) => +found[1]!);
    assert(after! < before!, tuned.out);

    const info = await run("info", `${folder}/adapter`);
    assertStringIncludes(info.out, "adapter:        LORA\n");
    assertStringIncludes(info.out, "lora_alpha:     4\n");

    const base = lossIn((await run("eval", ...model, ...data)).out);
    const adapter = ["--adapter", `${folder}/adapter`];
    const adapted = lossIn((await run("eval", ...model, ...adapter, ...data)).out);
    assert(adapted < base, `${adapted} < ${base}`);

    const merged = await run("merge", ...model, ...adapter, "--out", `${folder}/merged`);
    assertEquals(merged.code, 0, merged.notes);
    assert(namesIn(`${folder}/merged`).includes("tokenizer.json"));
    const plain = lossIn((await run("eval", "--model", `${folder}/merged`, ...data)).out);
    assert(Math.abs(plain - adapted) < 1e-3, `${plain} is ${adapted}`);

    const generated = await run(
      ...["generate", ...model, ...adapter, "--prompt", "the adapter", "--max-new-tokens", "4"],
    );
    assertEquals(generated.code, 0, generated.notes);
    assert(generated.out.startsWith("the adapter"));
    const again = await run("merge", ...model, ...adapter, "--out", `${folder}/model`);
    assertStringIncludes(again.notes, "it is the folder of the model");
  });
});

Deno.test("graft finetune --profile: prints the kernels of a step and writes its trace", async () => {
  await withModel(async (folder) => {
    const args = [
      ...["finetune", "--model", `${folder}/model`, "--data", `${folder}/text.txt`],
      ...["--out", `${folder}/adapter`, "--seq-len", "16", "--profile", `${folder}/step.json`],
    ];
    const refused = await run(...args, "--steps", "1");
    assertStringIncludes(refused.notes, "the second is profiled; give --steps 2 or more");
    const { code, notes } = await run(...args, "--steps", "2");
    assertEquals(code, 0, notes);
    assertStringIncludes(notes, "GB/s  kernel\n");
    const trace = JSON.parse(await Deno.readTextFile(`${folder}/step.json`));
    assert(trace.traceEvents.some(({ name }: { name: string }) => name === "dot_general"));
  });
});

Deno.test("graft finetune --method full: saves a model; --resume goes on", async () => {
  await withModel(async (folder) => {
    const args = ["finetune", "--model", `${folder}/model`, "--data", `${folder}/text.txt`];
    const more = ["--out", `${folder}/full`, "--seq-len", "16", "--method", "full"];
    const first = await run(...args, ...more, "--steps", "1");
    assertEquals(first.code, 0, first.notes);
    const tensors = await readSafetensors(`${folder}/full/model.safetensors`);
    assertEquals(tensors["transformer.wte.weight"]!.shape, [320, 16]);
    const refused = await run(...args, ...more, "--steps", "2");
    assertStringIncludes(refused.notes, "--resume");
    const resumed = await run(...args, ...more, "--steps", "2", "--resume");
    assertEquals(resumed.code, 0, resumed.notes);
    assertStringIncludes(resumed.out, "2 steps");
  });
});

const METHOD_ARGS: readonly (readonly string[])[] = [
  ["adalora"],
  ["ia3"],
  ["ln_tuning"],
  ["fourierft"],
  ["prompt_tuning", "--set", "num_virtual_tokens=2"],
  ["prefix_tuning", "--set", "num_virtual_tokens=2"],
  ["p_tuning", "--set", "num_virtual_tokens=2", "--set", "encoder_hidden_size=8"],
  ["vera", "--r", "4"],
  ["randlora", "--r", "4", "--set", "randlora_alpha=4"],
  ["vblora", "--set", "num_vectors=8", "--set", "vector_length=4"],
  ["adaption_prompt", "--set", "adapter_len=2", "--set", "adapter_layers=1"],
];

for (const [method, ...args] of METHOD_ARGS) {
  Deno.test(`graft finetune --method ${method}: the adapter is as good from its files`, async () => {
    await withModel(async (folder) => {
      const model = ["--model", `${folder}/model`, "--data", `${folder}/text.txt`];
      const more = [...model, "--seq-len", "16"];
      const out = ["--out", `${folder}/out`, "--eval-data", `${folder}/text.txt`];
      const tuned = await run(
        ...["finetune", ...more, ...out, "--method", method!, ...args],
        ...["--steps", "2", "--batch-size", "4", "--lr", "0.05"],
      );
      assertEquals(tuned.code, 0, tuned.notes);
      const after = Number(tuned.out.match(/after: .* loss ([\d.]+)/)![1]);
      const read = lossIn((await run("eval", ...more, "--adapter", `${folder}/out`)).out);
      assert(Math.abs(read - after) < 1e-3, `${read} is ${after}`);
      const config = JSON.parse(await Deno.readTextFile(`${folder}/out/adapter_config.json`));
      assertEquals(config.total_step, method === "adalora" ? 2 : undefined);
    });
  });
}

Deno.test("graft finetune --method adalora: gives ranks up on the way", async () => {
  await withModel(async (folder) => {
    const args = ["finetune", "--model", `${folder}/model`, "--data", `${folder}/text.txt`];
    args.push("--seq-len", "16", "--batch-size", "2", "--lr", "0.05", "--method", "adalora");
    args.push("--r", "2", "--target-modules", "c_attn,c_proj");
    const whole = `${folder}/whole`;
    const tuned = await run(...args, "--steps", "6", "--out", whole);
    assertEquals(tuned.code, 0, tuned.notes);
    const config = JSON.parse(await Deno.readTextFile(`${whole}/adapter_config.json`));
    assertEquals([config.init_r, config.target_r, config.total_step], [3, 2, 6]);
    const kept = Object.values(config.rank_pattern as Record<string, boolean[]>).flat();
    assertEquals([kept.length, kept.filter((keep) => keep).length], [6 * 3, 6 * 2]);
    const tensors = await readSafetensors(`${whole}/adapter_model.safetensors`);
    const rows = Object.entries(tensors).filter(([name]) => name.includes("lora_A"))
      .reduce((sum, [, { shape }]) => sum + shape[0]!, 0);
    assertEquals(rows, 6 * 2);

    const other = await run(...args, "--steps", "9", "--out", whole, "--resume");
    assertStringIncludes(other.notes, "steps was 6 and is 9");
    const open = await run(...args, "--minutes", "1", "--out", `${folder}/open`);
    assertStringIncludes(open.notes, "--method adalora with --minutes alone");
    assertStringIncludes(open.notes, "give --steps or --epochs");
  });
});

Deno.test("graft finetune: virtual tokens have positions too", async () => {
  await withModel(async (folder) => {
    const model = ["--model", `${folder}/model`, "--data", `${folder}/text.txt`];
    const out = ["--out", `${folder}/out`, "--method", "prompt_tuning", "--steps", "1"];
    const tune = ["finetune", ...model, ...out, "--set", "num_virtual_tokens=4"];
    const refused = await run(...tune, "--seq-len", "32");
    assertStringIncludes(refused.notes, "the model has 32 positions, and virtual tokens take 4");
    const tuned = await run(...tune);
    assertEquals(tuned.code, 0, tuned.notes);
    assertStringIncludes(tuned.notes, "training 64 of 12,224 parameters on 15 sequences of 28 ");
    const read = await run("eval", ...model, "--adapter", `${folder}/out`);
    assertStringIncludes(read.out, "of 28 tokens");
  });
});

Deno.test("graft finetune and merge: nothing is written over what is read", async () => {
  await withModel(async (folder) => {
    const model = ["--model", `${folder}/model`];
    const tune = ["finetune", ...model, "--data", `${folder}/text.txt`, "--seq-len", "16"];
    const over = await run(...tune, "--steps", "1", "--out", `${folder}/model`);
    assertStringIncludes(over.notes, "it is the folder of the model; use another");
    const tuned = await run(...tune, "--steps", "1", "--out", `${folder}/out`);
    assertEquals(tuned.code, 0, tuned.notes);
    const merge = ["merge", ...model, "--adapter", `${folder}/out`, "--out", `${folder}/out`];
    const { notes } = await run(...merge);
    assertStringIncludes(notes, "it is the folder of the adapter; use another");
  });
});

Deno.test("graft generate: draws with a seed, and follows beams", async () => {
  await withModel(async (folder) => {
    const args = ["generate", "--model", `${folder}/model`, "a tree", "--max-new-tokens", "3"];
    const sampled = [...args, "--top-k", "5", "--seed", "1"];
    assertEquals((await run(...sampled)).out, (await run(...sampled)).out);
    const beams = await run(...args, "--num-beams", "2");
    assertEquals(beams.code, 0, beams.notes);
    assertStringIncludes((await run(...args, "--chat")).notes, "has no chat template");
    await Deno.writeTextFile(`${folder}/model/chat_template.jinja`, "{{ messages[0].content }}!");
    const answer = await run(...args, "--chat");
    assertEquals([answer.code, answer.out.includes("a tree")], [0, false]);
    const hot = await run(...args, "--temperature", "0.5");
    assertEquals(hot.code, 0, hot.notes);
  });
});

Deno.test("graft generate: writes every token as it comes", async () => {
  await withModel(async (folder) => {
    const pieces: string[] = [];
    const write = (text: string): void => void (text !== "" && pieces.push(text));
    const args = ["generate", "--model", `${folder}/model`, "--prompt", "the adapter learns"];
    args.push("--sample", "--seed", "1");
    const code = await main([...args, "--max-new-tokens", "6"], {
      out: (line) => write(`${line}\n`),
      write,
      note: () => {},
      status: null,
    });
    assertEquals([code, pieces[0]], [0, "the adapter learns"]);
    assert(pieces.length >= 4, JSON.stringify(pieces));
    const whole = await run(...args, "--max-new-tokens", "6");
    assertEquals(pieces.join(""), whole.out);
  });
});

Deno.test("graft info: without a model it lists the devices and the memory", async () => {
  const { code, out } = await run("info");
  assertEquals(code, 0);
  assertStringIncludes(out, "WASM");
  assertStringIncludes(out, "memory:");
});

Deno.test("graft eval: refuses the tokenizer of another model", async () => {
  await withFolder(async (folder) => {
    await writeTinyModel(folder, 100);
    await Deno.writeTextFile(`${folder}/text.txt`, TEXT);
    const { code, notes } = await run("eval", "--model", folder, "--data", `${folder}/text.txt`);
    assertEquals(code, 1);
    assertStringIncludes(notes, "the model has 100 tokens and its tokenizer 320");
  });
});

Deno.test("graft eval: says what is wrong with the data", async () => {
  await withModel(async (folder) => {
    const args = ["eval", "--model", `${folder}/model`, "--data"];
    await Deno.writeTextFile(`${folder}/empty.txt`, "");
    await Deno.writeTextFile(`${folder}/a.jsonl`, '{"prompt": "a", "completion": "b"}\n');
    const notes = async (...data: readonly string[]) => (await run(...args, ...data)).notes;
    assertStringIncludes(await notes(`${folder}/empty.txt`), "the file is empty");
    assertStringIncludes(await notes(`${folder}/none.txt`), "none.txt");
    assertStringIncludes(
      await notes(`${folder}/a.jsonl`, "--data", `${folder}/text.txt`),
      "Cannot mix .jsonl files",
    );
    assertStringIncludes(
      await notes(`${folder}/text.txt`, "--seq-len", "99"),
      "the model has 32 positions",
    );
    const completions = await run(...args, `${folder}/a.jsonl`, "--seq-len", "8");
    assertStringIncludes(completions.out, "sequences:  1 of 8 tokens");
  });
});
