import { Template } from "npm:@huggingface/jinja@0.5.11";
import { FileFormatError } from "./errors.ts";
import { isJsonObject, readJsonIfExists } from "./json.ts";

/** One turn of a conversation. */
export type ChatMessage = {
  /** Who speaks: "system", "user" or "assistant" in most templates. */
  readonly role: string;
  readonly content: string;
};

/** How a conversation is written. */
export type ChatOptions = {
  /** Whether to end with the words that the assistant's answer follows; default true. */
  readonly addGenerationPrompt?: boolean;
};

/** A conversation to the text that a model was trained on. Encode it without special tokens. */
export type ChatFormat = (messages: readonly ChatMessage[], options?: ChatOptions) => string;

/**
 * The chat format of a model folder: `chat_template.jinja`, or `chat_template` in
 * `tokenizer_config.json`; null for a model that was not made for conversations.
 *
 * @throws {FileFormatError} if the template is not one
 */
export async function loadChatFormat(folder: string): Promise<ChatFormat | null> {
  const path = `${folder}/tokenizer_config.json`;
  const config = await readJsonIfExists(path) ?? {};
  const template = await readTextIfExists(`${folder}/chat_template.jinja`) ??
    defaultTemplate(config.chat_template);
  if (template === undefined || template === null) return null;
  if (typeof template === "string") return parseChatFormat(template, config, folder);
  throw new FileFormatError(path, "chat_template", "is not text");
}

/** Some folders name several templates, as a list. */
function defaultTemplate(templates: unknown): unknown {
  if (!Array.isArray(templates)) return templates;
  const found = templates.find((each) => isJsonObject(each) && each.name === "default");
  return isJsonObject(found) ? found.template : templates;
}

/**
 * A chat format from a Jinja template.
 *
 * @param config contents of `tokenizer_config.json`: templates use its special tokens
 * @param file name for errors
 */
export function parseChatFormat(
  template: string,
  config: { readonly [key: string]: unknown } = {},
  file = "chat_template.jinja",
): ChatFormat {
  const parsed = attempt(() => new Template(template), file);
  const tokens = Object.entries(config)
    .filter(([name]) => name.endsWith("_token"))
    .map(([name, token]) => [name, isJsonObject(token) ? token.content : token]);
  return (messages, { addGenerationPrompt = true } = {}) => {
    const add_generation_prompt = addGenerationPrompt;
    const values = { ...Object.fromEntries(tokens), messages, add_generation_prompt };
    return attempt(() => parsed.render(values), file);
  };
}

function attempt<T>(run: () => T, file: string): T {
  try {
    return run();
  } catch (error) {
    throw new FileFormatError(file, "the chat template", `fails: ${(error as Error).message}`);
  }
}

async function readTextIfExists(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
