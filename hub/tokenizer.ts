import { Tokenizer as Engine } from "npm:@huggingface/tokenizers@0.2.0";
import { FileFormatError } from "./errors.ts";
import { isJsonObject, type JsonObject, readJsonIfExists } from "./json.ts";

/** Ids of the tokens that have a role; a role that the tokenizer does not have is absent. */
export type SpecialIds = {
  readonly bos?: number;
  readonly eos?: number;
  readonly unk?: number;
  readonly sep?: number;
  readonly pad?: number;
  readonly cls?: number;
  readonly mask?: number;
};

/** How text is encoded. */
export type EncodeOptions = {
  /** A second text, for models that read pairs. */
  readonly pair?: string;
  /** Whether the tokenizer puts its own tokens around the text; default true. */
  readonly addSpecialTokens?: boolean;
};

/** Ids of a text or pair, and which of the two each id belongs to. */
export type Encoded = { readonly ids: readonly number[]; readonly typeIds: readonly number[] };

/** Text to token ids and back. */
export type Tokenizer = {
  /** Token ids of a text. */
  encode(text: string, options?: EncodeOptions): number[];
  /** Token ids and segment ids of a text or of a pair. */
  encodeWithTypes(text: string, options?: EncodeOptions): Encoded;
  /** Text of token ids; special tokens are left out unless `skipSpecialTokens` is false. */
  decode(ids: Iterable<number>, options?: { readonly skipSpecialTokens?: boolean }): string;
  /** Id of one token, undefined if the vocabulary does not have it. */
  tokenId(token: string): number | undefined;
  /** Number of tokens, added ones included. */
  readonly vocabSize: number;
  readonly specialIds: SpecialIds;
  /** Longest input the model was made for, undefined if the tokenizer does not say. */
  readonly maxLength: number | undefined;
};

const ROLES = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"] as const;

/**
 * The tokenizer of a model folder: `tokenizer.json` and, if there is one, `tokenizer_config.json`.
 *
 * @throws {FileFormatError} if the folder has no `tokenizer.json` or it holds something else
 */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const path = `${folder}/tokenizer.json`;
  const model = await readJsonIfExists(path);
  if (!model) {
    throw new FileFormatError(
      path,
      "the file",
      "does not exist; save the tokenizer in the fast format of the transformers library",
    );
  }
  const config = await readJsonIfExists(`${folder}/tokenizer_config.json`) ?? {};
  const roles = await readJsonIfExists(`${folder}/special_tokens_map.json`) ?? {};
  return parseTokenizer(model, { ...roles, ...config }, path);
}

/**
 * A tokenizer from the contents of its files.
 *
 * @param model contents of `tokenizer.json`
 * @param config contents of `tokenizer_config.json`
 * @param file name for errors
 */
export function parseTokenizer(
  model: JsonObject,
  config: JsonObject = {},
  file = "tokenizer.json",
): Tokenizer {
  const engine = makeEngine(model, config, file);
  const encodeWithTypes = (text: string, options: EncodeOptions = {}): Encoded => {
    const { ids, token_type_ids: typeIds } = engine.encode(text, {
      text_pair: options.pair ?? null,
      add_special_tokens: options.addSpecialTokens ?? true,
      return_token_type_ids: true,
    });
    return { ids, typeIds };
  };
  const { model_max_length: maxLength } = config;
  return {
    encode: (text, options) => [...encodeWithTypes(text, options).ids],
    encodeWithTypes,
    // The engine takes arrays with at least one id.
    decode: (ids, { skipSpecialTokens = true } = {}) => {
      const list = [...ids];
      if (list.length === 0) return "";
      return engine.decode(list, { skip_special_tokens: skipSpecialTokens });
    },
    tokenId: (token) => engine.token_to_id(token),
    vocabSize: engine.get_vocab(true).size,
    specialIds: findSpecialIds(engine, config),
    // Tokenizers without a limit say 10^30.
    maxLength: Number.isSafeInteger(maxLength) ? maxLength as number : undefined,
  };
}

function makeEngine(model: JsonObject, config: JsonObject, file: string): Engine {
  try {
    return new Engine(model, config);
  } catch (error) {
    throw new FileFormatError(file, "the tokenizer", `is not one: ${(error as Error).message}`);
  }
}

function findSpecialIds(engine: Engine, config: JsonObject): SpecialIds {
  const ids: { -readonly [role in keyof SpecialIds]: number } = {};
  for (const role of ROLES) {
    const token = config[`${role}_token`];
    const text = isJsonObject(token) ? token.content : token;
    const id = typeof text === "string" ? engine.token_to_id(text) : undefined;
    if (id !== undefined) ids[role] = id;
  }
  return ids;
}
