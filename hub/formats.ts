/**
 * The part of the hub that works on bytes and text alone, for programs without a file system: a web
 * page fetches files and hands their contents to these.
 *
 * @module
 */
export { type ChatFormat, type ChatMessage, type ChatOptions, parseChatFormat } from "./chat.ts";
export { FileFormatError } from "./errors.ts";
export { formatJson, isJsonObject, type JsonObject, parseJsonObject } from "./json.ts";
export {
  type FileDType,
  formatSafetensors,
  parseSafetensors,
  type ReadOptions,
  type WriteOptions,
} from "./safetensors/mod.ts";
export {
  type Encoded,
  type EncodeOptions,
  parseTokenizer,
  type SpecialIds,
  type Tokenizer,
} from "./tokenizer.ts";
