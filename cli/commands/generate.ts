import { key } from "../../mod.ts";
import {
  type JsonObject,
  loadChatFormat,
  readGenerationConfig,
  type Tokenizer,
} from "../../hub/mod.ts";
import { generate, type GenerateOptions, generativeModel, stream } from "../../models/mod.ts";
import { type Command, defineCommand } from "../command.ts";
import { UsageError } from "../errors.ts";
import { load } from "../load.ts";
import { ADAPTER, DEVICE, MODEL, REVISION, SEED } from "../shared_options.ts";
import type { Terminal } from "../terminal.ts";

/** Continues a text. */
export const generateCommand: Command = defineCommand({
  name: "generate",
  summary: "Continue a text",
  positional: "prompt",
  options: {
    model: MODEL,
    revision: REVISION,
    adapter: ADAPTER,
    prompt: { kind: "text", value: "TEXT", help: "The text to continue; default: standard input" },
    chat: { kind: "flag", help: "The prompt is a message to answer, in the model's chat format" },
    "max-new-tokens": {
      kind: "number",
      integer: true,
      min: 1,
      default: 64,
      help: "Tokens to add at most",
    },
    sample: { kind: "flag", help: "Draw tokens at random; the three options below imply it" },
    temperature: { kind: "number", min: 0.001, help: "Divides the logits before drawing" },
    "top-k": {
      kind: "number",
      integer: true,
      min: 0,
      help: "Draw among so many most likely tokens",
    },
    "top-p": {
      kind: "number",
      min: 0.001,
      max: 1,
      help: "Draw among the most likely tokens of this probability",
    },
    "repetition-penalty": { kind: "number", min: 0.001, help: "Over 1: repeat less" },
    "num-beams": { kind: "number", integer: true, min: 1, help: "Texts followed by a beam search" },
    seed: SEED,
    device: DEVICE,
  },
  run: async (values, terminal) => {
    const text = values.prompt ?? await readStandardInput();
    const { model, tokenizer, params } = await load(values, terminal);
    const defaults = await readGenerationConfig(model.folder) ?? {};
    const options: GenerateOptions = {
      ...endTokens(defaults, tokenizer),
      max_new_tokens: values["max-new-tokens"],
      do_sample: values.sample || DRAWING.some((name) => values[name] !== undefined),
      key: key(values.seed),
      ...given({
        temperature: values.temperature,
        top_k: values["top-k"],
        top_p: values["top-p"],
        repetition_penalty: values["repetition-penalty"],
        num_beams: values["num-beams"],
      }),
    };
    const prompt = values.chat
      ? await encodeMessage(text, model.folder, tokenizer)
      : tokenizer.encode(text);
    const prompts = { input_ids: [prompt] };
    const generator = generativeModel(model.family, model.config);
    // Written with the first token: a prompt that is refused leaves nothing behind.
    let head = values.chat ? "" : text;
    if ((values["num-beams"] ?? 1) > 1) {
      const { sequences } = await generate(generator, params, { ...options, prompts });
      terminal.out(head + tokenizer.decode(sequences[0]!.slice(prompt.length)));
      return;
    }
    const steps = stream(generator, params, { ...options, prompts });
    const ids: number[] = [];
    let shown = "";
    for await (const step of steps) {
      terminal.write(head);
      head = "";
      ids.push(step.ids[0]!);
      shown = showNew(shown, tokenizer.decode(ids), terminal);
    }
    terminal.out(head + tokenizer.decode(ids).slice(shown.length));
  },
});

async function encodeMessage(
  content: string,
  folder: string,
  tokenizer: Tokenizer,
): Promise<number[]> {
  const format = await loadChatFormat(folder);
  if (format) {
    return tokenizer.encode(format([{ role: "user", content }]), { addSpecialTokens: false });
  }
  throw new UsageError(`Cannot use --chat: the model in "${folder}" has no chat template`);
}

/** Options that say how to draw, so that tokens are drawn. */
const DRAWING = ["temperature", "top-k", "top-p"] as const;

async function readStandardInput(): Promise<string> {
  const text = (await new Response(Deno.stdin.readable).text()).trimEnd();
  if (text !== "") return text;
  throw new UsageError("Cannot generate from nothing: give --prompt, or a text on standard input");
}

/** Writes what is new, except a character that is not complete yet. */
function showNew(shown: string, text: string, terminal: Terminal): string {
  if (text.endsWith("\ufffd") || !text.startsWith(shown)) return shown;
  terminal.write(text.slice(shown.length));
  return text;
}

/** Tokens that end a text: as the model says, or else its tokenizer. */
function endTokens(config: JsonObject, { specialIds }: Tokenizer): GenerateOptions {
  const { eos_token_id: found, pad_token_id: pad } = config;
  const isList = Array.isArray(found) && found.every((id) => typeof id === "number");
  const ends = typeof found === "number" || isList ? found as number | number[] : specialIds.eos;
  return {
    eos_token_id: ends ?? null,
    pad_token_id: typeof pad === "number" ? pad : specialIds.pad ?? null,
  };
}

/** Without what was not given: generation has its own defaults. */
function given(
  options: { readonly [name in keyof GenerateOptions]: number | undefined },
): GenerateOptions {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries);
}
