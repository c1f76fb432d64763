import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { setDevice, type Tensor, tensor } from "../../mod.ts";
import { readSafetensors, writeSafetensors } from "../../hub/mod.ts";
import { lockRun } from "../../train/mod.ts";
import { namesIn, withFolder } from "../hub/_folder.ts";
import { whyNoDisk, withSmallDisk } from "../hub/_small_disk.ts";
import { safetensorsBytes } from "../hub/safetensors/_bytes.ts";
import { run } from "./_run.ts";
import { TEXT, writeTinyModel } from "./_tiny_model.ts";

setDevice("reference");

/** Spoils a folder. */
type Spoil = (folder: string) => Promise<void>;

/** What is done to a folder with a model and a text before `graft finetune`. */
type BadInput = {
  readonly what: string;
  readonly spoil?: Spoil;
  /** The file to train on; default the text. */
  readonly data?: string;
  readonly args?: readonly string[];
  /** What the one line says. */
  readonly says: readonly string[];
};

/** Runs `use` with a folder that holds a model and a text. */
async function withModel(use: (folder: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    await writeTinyModel(`${folder}/model`);
    await Deno.writeTextFile(`${folder}/text.txt`, TEXT);
    await use(folder);
  });
}

/** The arguments of a short run. */
function finetuneIn(folder: string, data = "text.txt"): readonly string[] {
  return [
    ...["finetune", "--model", `${folder}/model`, "--data", `${folder}/${data}`],
    ...["--out", `${folder}/out`, "--seq-len", "16", "--steps", "1", "--batch-size", "2"],
  ];
}

const weightsIn = (folder: string): string => `${folder}/model/model.safetensors`;

function overwrite(bytes: (old: Uint8Array) => Uint8Array): Spoil {
  return async (folder) => {
    const old = await Deno.readFile(weightsIn(folder));
    await Deno.writeFile(weightsIn(folder), bytes(old));
  };
}

function replaceWeight(change: (old: Tensor) => Tensor): Spoil {
  return async (folder) => {
    const weights = await readSafetensors(weightsIn(folder));
    const name = "transformer.h.0.ln_1.weight";
    await writeSafetensors(weightsIn(folder), { ...weights, [name]: change(weights[name]!) });
  };
}

function configure(fields: { readonly [field: string]: unknown }): Spoil {
  return async (folder) => {
    const path = `${folder}/model/config.json`;
    const config = JSON.parse(await Deno.readTextFile(path));
    await Deno.writeTextFile(path, JSON.stringify({ ...config, ...fields }));
  };
}

function file(name: string, content: string | Uint8Array<ArrayBuffer>): Spoil {
  return (folder) => {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    return Deno.writeFile(`${folder}/${name}`, bytes);
  };
}

const f32At = (begin: number) => ({ dtype: "F32", shape: [1], data_offsets: [begin, begin + 4] });

const BAD_INPUTS: readonly BadInput[] = [
  {
    what: "weights that were cut short",
    spoil: overwrite((old) => old.subarray(0, old.length - 100)),
    says: ["model.safetensors", "the data was cut short", "expected"],
  },
  {
    what: "weights of which nothing is there",
    spoil: overwrite(() => new Uint8Array()),
    says: ["model.safetensors", "the header needs 8 bytes; found 0"],
  },
  {
    what: "a header longer than the file",
    spoil: overwrite((old) => old.with(6, 1)),
    says: ["model.safetensors", "the header has length", "expected at most"],
  },
  {
    what: "tensors that overlap",
    spoil: overwrite(() => safetensorsBytes({ a: f32At(0), b: f32At(0) }, new Uint8Array(4))),
    says: ["model.safetensors", '"b".data_offsets overlaps the tensor before it'],
  },
  {
    what: "an element type that there is not",
    spoil: overwrite(() =>
      safetensorsBytes({ a: { ...f32At(0), dtype: "F99" } }, new Uint8Array(4))
    ),
    says: ["model.safetensors", '"a".dtype is "F99"; expected one of', "BF16"],
  },
  {
    what: "weights that are integers",
    spoil: replaceWeight(() => tensor(new Array(16).fill(1), { dtype: "i32" })),
    says: ['its "transformer.h.0.ln_1.weight" is i32; floats are expected'],
  },
  {
    what: "weights of another shape",
    spoil: replaceWeight(() => tensor([1, 2, 3])),
    says: ['other shapes are in "transformer.h.0.ln_1.weight" ([3], the model has [16])'],
  },
  {
    what: "a folder without weights",
    spoil: (folder) => Deno.remove(weightsIn(folder)),
    says: ["the weights are missing; expected model.safetensors"],
  },
  {
    what: "an unknown architecture",
    spoil: configure({ model_type: "gpt9" }),
    says: ['"gpt9": the architecture is not known; the known ones are "gpt2"'],
  },
  {
    what: "a config field that may change the meaning",
    spoil: configure({ use_magic: true }),
    says: ['the field "use_magic" is not known and might change what the model computes'],
  },
  {
    what: "a config field with what is not supported",
    spoil: configure({ add_cross_attention: true }),
    says: ['"add_cross_attention" is true; only false is supported'],
  },
  {
    what: "a config with absurdly many layers",
    spoil: configure({ n_layer: 1e9 }),
    says: ['"n_layer" is 1000000000; a whole number from 1 to 4096 is needed'],
  },
  {
    what: "a config with a negative size",
    spoil: configure({ vocab_size: -1 }),
    says: ['"vocab_size" is -1; a whole number from 1 to'],
  },
  {
    what: "a config whose heads do not divide its width",
    spoil: configure({ n_head: 3 }),
    says: ["n_head 3 does not divide n_embd 16"],
  },
  {
    what: "a config of a model larger than its weights",
    spoil: configure({ n_embd: 2 ** 20, n_head: 1 }),
    says: ["other shapes are in", "the model has [1048576, 3145728]", "more"],
  },
  {
    what: "a config that is no JSON",
    spoil: file("model/config.json", "{"),
    says: ["config.json", "the JSON does not parse"],
  },
  {
    what: "a model without a tokenizer",
    spoil: (folder) => Deno.remove(`${folder}/model/tokenizer.json`),
    says: ["tokenizer.json", "does not exist; save the tokenizer in the fast format"],
  },
  {
    what: "a tokenizer that is none",
    spoil: file("model/tokenizer.json", "{}"),
    says: ["tokenizer.json", "the tokenizer is not one"],
  },
  { what: "a data file that is empty", spoil: file("bad", ""), data: "bad", says: ["is empty"] },
  {
    what: "a data file that is binary",
    spoil: file("bad", Uint8Array.of(0xff, 0xfe, 0)),
    data: "bad",
    says: ['bad": it is not UTF-8 text'],
  },
  {
    what: "a data file with NUL bytes",
    spoil: file("bad", "a\0b"),
    data: "bad",
    says: ['bad": it holds NUL bytes'],
  },
  {
    what: "a data file that does not exist",
    data: "none.txt",
    says: ['Cannot read "', 'none.txt": the file does not exist'],
  },
  { what: "a data file that is a folder", data: "model", says: ['model": the path is a folder'] },
  {
    what: "a .jsonl file with a bad line",
    spoil: file("bad.jsonl", '{"prompt": "a", "completion": "b"}\n{"prompt": 1}\n'),
    data: "bad.jsonl",
    says: ["line 2 of", "bad.jsonl"],
  },
  {
    what: "a text shorter than one sequence",
    spoil: file("bad", "a tree"),
    data: "bad",
    says: ["into sequences of 16: the text is shorter than one", "--seq-len"],
  },
  {
    what: "target modules that match nothing",
    args: ["--target-modules", "wq"],
    says: ['target_modules ["wq"]: no such module; the model has "c_attn", "c_proj", "c_fc"'],
  },
  {
    what: "an adapter field that is not known",
    args: ["--set", "use_magic=true"],
    says: ['"use_magic" is true, which is unknown and may change what the adapter computes'],
  },
  {
    what: "a prompt without a length",
    args: ["--method", "prompt_tuning"],
    says: ["PROMPT_TUNING without num_virtual_tokens: set it to the length of the prompt"],
  },
  {
    what: "a data file of white space",
    spoil: file("bad", " \n\n"),
    data: "bad",
    says: ['bad": it holds nothing but white space'],
  },
  {
    what: "a text of one sequence, of which no part can be held out",
    spoil: file("bad", "the adapter learns while the base"),
    data: "bad",
    args: ["--seq-len", "12"],
    says: ["Cannot hold out a part of 1 sequence: two are needed; give more text"],
  },
  {
    what: "completions for a tokenizer without an end",
    spoil: async (folder) => {
      await file("a.jsonl", '{"prompt": "a", "completion": "b"}\n')(folder);
      const path = `${folder}/model/tokenizer_config.json`;
      const { eos_token: _eos, ...config } = JSON.parse(await Deno.readTextFile(path));
      await Deno.writeTextFile(path, JSON.stringify(config));
    },
    data: "a.jsonl",
    says: ["Cannot end the completions of .jsonl files: the tokenizer has no eos_token"],
  },
  {
    what: "a warmup longer than the run",
    args: ["--schedule", "cosine", "--warmup", "9", "--steps", "3"],
    says: ["Cannot use --warmup 9: the run has 3 steps"],
  },
  {
    what: "a number of steps and of epochs",
    args: ["--epochs", "1"],
    says: ["Cannot use --steps with --epochs: give one of them"],
  },
  {
    what: "a field without a value",
    args: ["--set", "use_rslora"],
    says: ["Cannot use --set use_rslora: FIELD=VALUE is expected"],
  },
  {
    what: "a config without a model_type",
    spoil: configure({ model_type: undefined }),
    says: ["config.json", "model_type is missing"],
  },
  {
    what: "an option that there is not",
    args: ["--learning-rate", "1"],
    says: ["Cannot use the option --learning-rate: the options are --model,", "--lr,"],
  },
  {
    what: "a value that cannot be",
    args: ["--lr", "fast"],
    says: ["Cannot use --lr fast: a number of at least 0 is expected"],
  },
  {
    what: "a word that is no choice",
    args: ["--schedule", "steep"],
    says: ["Cannot use --schedule steep: the choices are constant, linear, cosine"],
  },
];

for (const { what, spoil, data, args = [], says } of BAD_INPUTS) {
  Deno.test(`graft finetune: ${what} is one line and leaves no folder`, async () => {
    await withModel(async (folder) => {
      await spoil?.(folder);
      const { code, out, notes } = await run(...finetuneIn(folder, data), ...args);
      assertEquals([code, out], [1, ""], notes);
      assertEquals(notes.match(/\n/g)?.length, 1, notes);
      for (const text of ["error: Cannot ", ...says]) assertStringIncludes(notes, text);
      assert(!namesIn(folder).includes("out"));
    });
  });
}

Deno.test("graft finetune: a folder in use, other settings or a finished run lose nothing", async () => {
  await withModel(async (folder) => {
    const args = finetuneIn(folder);
    assertEquals((await run(...args)).code, 0);
    const saved = await Deno.readFile(`${folder}/out/adapter_model.safetensors`);
    const names = namesIn(`${folder}/out`);
    const refuse = async (more: readonly string[], says: string): Promise<void> => {
      const { code, notes } = await run(...args, ...more);
      assertEquals(code, 1);
      assertStringIncludes(notes, says);
      assertEquals(namesIn(`${folder}/out`), names);
      assertEquals(await Deno.readFile(`${folder}/out/adapter_model.safetensors`), saved);
    };
    await refuse(
      ["--resume", "--lr", "0.5", "--seed", "3"],
      "lr was 0.0002 and is 0.5; seed was 0",
    );
    await refuse([], "it holds a run of 1 steps; go on with --resume or use another --out");
    const lock = await lockRun(`${folder}/out`);
    await refuse(["--resume"], "another run is writing there; wait for it or use another --out");
    lock.release();
  });
});

Deno.test({
  name: "graft finetune: a full disk is one line and leaves no part of a checkpoint",
  ignore: whyNoDisk !== null,
  fn: () =>
    withModel((folder) =>
      withSmallDisk(64, async (disk) => {
        const args = [...finetuneIn(folder), "--out", `${disk}/out`, "--method", "full"];
        const { code, out, notes } = await run(...args);
        assertEquals([code, out], [1, ""]);
        const errors = notes.split("\n").filter((line) => line.startsWith("error: "));
        assertEquals(errors.length, 1, notes);
        assert(/^error: Cannot write .*No space left on device/.test(errors[0]!), errors[0]);
        assertEquals(namesIn(`${disk}/out`), [".lock", "metrics.jsonl"]);
      })
    ),
});

Deno.test("graft finetune: a schedule without an end is one line", async () => {
  await withModel(async (folder) => {
    const args = finetuneIn(folder).filter((arg, i, all) =>
      arg !== "--steps" && all[i - 1] !== "--steps"
    );
    const { code, notes } = await run(...args, "--minutes", "1", "--schedule", "cosine");
    const says = "with --minutes alone: it needs --steps or --epochs";
    assertEquals([code, notes], [1, `error: Cannot use --schedule cosine ${says}\n`]);
    assert(!namesIn(folder).includes("out"));
  });
});

Deno.test("graft finetune: an --out that is a file is one line", async () => {
  await withModel(async (folder) => {
    const { code, notes } = await run(...finetuneIn(folder), "--out", `${folder}/text.txt`);
    assertEquals(code, 1);
    assert(/^error: Cannot train into ".*text\.txt": .*; use another --out\n$/.test(notes), notes);
  });
});

Deno.test("graft generate: a prompt that is too long is one line and no part of a text", async () => {
  await withModel(async (folder) => {
    const args = ["generate", "a tree", "--model", `${folder}/model`, "--max-new-tokens", "99"];
    const { code, out, notes } = await run(...args);
    assertEquals([code, out], [1, ""]);
    assertStringIncludes(notes, "error: Cannot generate ");
    assertStringIncludes(notes, "the model has 32 positions");
  });
});

/** What is done to an adapter's folder, or to the model, before `graft eval`. */
const BAD_ADAPTERS: readonly BadInput[] = [
  {
    what: "made for a wider model",
    spoil: (folder) => writeTinyModel(`${folder}/model`, 320, { n_embd: 32 }),
    says: ["c_attn", "[8, 16] and the model needs [8, 32]", "the model that the adapter was made"],
  },
  {
    what: "made for a deeper model",
    spoil: (folder) => writeTinyModel(`${folder}/model`, 320, { n_layer: 1 }),
    says: ["transformer.h.1.attn.c_attn"],
  },
  {
    what: "without its weights",
    spoil: (folder) => Deno.remove(`${folder}/out/adapter_model.safetensors`),
    says: ['adapter_model.safetensors": the file does not exist'],
  },
  {
    what: "without its configuration",
    spoil: (folder) => Deno.remove(`${folder}/out/adapter_config.json`),
    says: ['adapter_config.json": the file does not exist'],
  },
  {
    what: "with integers",
    spoil: async (folder) => {
      const path = `${folder}/out/adapter_model.safetensors`;
      const tensors = await readSafetensors(path);
      const [name] = Object.keys(tensors);
      await writeSafetensors(path, { ...tensors, [name!]: tensor([1], { dtype: "i32" }) });
    },
    says: ["is i32; floats are expected"],
  },
];

for (const { what, spoil, says } of BAD_ADAPTERS) {
  Deno.test(`graft eval: an adapter ${what} is one line`, async () => {
    await withModel(async (folder) => {
      assertEquals((await run(...finetuneIn(folder))).code, 0);
      await spoil?.(folder);
      const args = ["eval", "--model", `${folder}/model`, "--data", `${folder}/text.txt`];
      const { code, out, notes } = await run(...args, "--adapter", `${folder}/out`);
      assertEquals([code, out], [1, ""], notes);
      assertEquals(notes.match(/\n/g)?.length, 1, notes);
      for (const text of ["error: Cannot ", ...says]) assertStringIncludes(notes, text);
    });
  });
}
