import type { ListOption, NumberOption, TextOption } from "./options.ts";

/** The base model. */
export const MODEL: TextOption & { readonly required: true } = {
  kind: "text",
  value: "MODEL",
  help: "Folder of a model, or its id on the Hugging Face hub",
  required: true,
};

/** Branch, tag or commit of a model of the hub. */
export const REVISION: TextOption = {
  kind: "text",
  value: "NAME",
  help: "Branch, tag or commit on the hub",
};

/** An adapter to put into the base model. */
export const ADAPTER: TextOption = {
  kind: "text",
  value: "FOLDER",
  help: "Folder of an adapter to use with the model, or its id on the hub",
};

/** What computes. */
export const DEVICE: TextOption = {
  kind: "text",
  value: "NAME",
  help: "What computes; default: GRAFT_DEVICE, or the best there is",
};

/** Text to train or evaluate on. */
export const DATA: ListOption = {
  kind: "list",
  value: "FILE",
  help: "Text files, or .jsonl files with a prompt and a completion a line; may be repeated",
  required: true,
};

/** Tokens a sequence. */
export const SEQ_LEN: NumberOption = {
  kind: "number",
  integer: true,
  min: 2,
  help: "Tokens a sequence; default: 256, or what the model can if that is less",
};

/** Sequences at a time. */
export const BATCH_SIZE: NumberOption & { readonly default: number } = {
  kind: "number",
  integer: true,
  min: 1,
  default: 8,
  help: "Sequences at a time",
};

/** Seed of everything random. */
export const SEED: NumberOption & { readonly default: number } = {
  kind: "number",
  integer: true,
  min: 0,
  max: 4294967295,
  default: 0,
  help: "Seed of everything random",
};
