import { type Tensor, tensor, type Tree } from "../../mod.ts";
import {
  generate,
  type GenerateOptions,
  type GenerativeModel,
  generativeModel,
  type Prompts,
  stream,
} from "../../models/mod.ts";
import type { ModelCase, Report } from "./models.ts";
import type { TensorFile } from "./tensors.ts";

/** Checks greedy generation and beam search where the case has them. */
export async function checkGeneration(
  one: ModelCase & { readonly promptIo?: TensorFile },
  params: Tree,
  report: Report,
): Promise<void> {
  const { file, io, model } = one;
  const source = one.promptIo ?? io;
  if (!file.generate || !io.names.has("gen.greedy")) return;
  const prompts: Prompts = {
    input_ids: await rowsOf(source.get("in.prompt.input_ids")),
    attention_mask: await rowsOf(source.get("in.prompt.attention_mask")),
  };
  const { greedy_eos, beam, beam_eos, ...common } = file.generate as Settings;
  const generator = generativeModel(model.family, model.config);
  const base = { ...pick(common), prompts };
  await report.exact("gen.greedy", ids((await generate(generator, params, base)).sequences));
  await report.output("gen.greedy_logits", await greedyLogits(generator, params, base));
  if (greedy_eos) {
    const { sequences } = await generate(generator, params, { ...base, ...pick(greedy_eos) });
    await report.exact("gen.greedy_eos", ids(sequences));
  }
  for (const [name, options] of [["beam", beam], ["beam_eos", beam_eos]] as const) {
    if (!options) continue;
    const result = await generate(generator, params, { ...base, ...pick(options) });
    await report.exact(`gen.${name}`, ids(result.sequences));
    await report.output(`gen.${name}_scores`, tensor(result.scores!));
  }
}

type Settings = GenerateOptions & {
  readonly greedy_eos?: GenerateOptions;
  readonly beam?: GenerateOptions;
  readonly beam_eos?: GenerateOptions;
};

/** Options that generation knows; the rest of the record is about the reference. */
function pick(settings: GenerateOptions & { readonly padding_side?: string }): GenerateOptions {
  const { padding_side: _side, ...options } = settings;
  return options;
}

/** The logits that each new token was taken from, [B, new tokens, V]. */
async function greedyLogits(
  generator: GenerativeModel,
  params: Tree,
  options: GenerateOptions & { readonly prompts: Prompts },
): Promise<Tensor> {
  const steps: (readonly Float32Array[])[] = [];
  for await (const { logits } of stream(generator, params, options)) steps.push(logits);
  const rows = steps[0]!.map((_, row) => steps.map((step) => step[row]!));
  return tensor(rows);
}

async function rowsOf(x: Tensor): Promise<number[][]> {
  const data = await x.data();
  const width = x.shape[1]!;
  return Array.from(
    { length: x.shape[0]! },
    (_, row) => [...data.subarray(row * width, (row + 1) * width)],
  );
}

function ids(sequences: readonly (readonly number[])[]): Tensor {
  return tensor(sequences, { dtype: "i32" });
}
