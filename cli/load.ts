import { type DeviceName, init, registeredDevices, type Tree } from "../mod.ts";
import { loadTokenizer, type Tokenizer } from "../hub/mod.ts";
import { graft } from "../peft/mod.ts";
import { loadAdapter, type LoadedModel, loadModel } from "../train/mod.ts";
import { UsageError } from "./errors.ts";
import { findFolder } from "./find_folder.ts";
import type { Terminal } from "./terminal.ts";

/** A model with its tokenizer, and the adapter that was asked for in its parameters. */
export type Loaded = {
  readonly model: LoadedModel;
  readonly tokenizer: Tokenizer;
  /** The model's parameters, with the adapter if there is one. */
  readonly params: Tree;
};

/** What to load, by the names of the options. */
export type LoadOptions = {
  readonly model: string;
  readonly revision?: string | undefined;
  readonly adapter?: string | undefined;
  readonly device?: string | undefined;
};

/** Loads what the options of a command name. */
export async function load(options: LoadOptions, terminal: Terminal): Promise<Loaded> {
  await chooseDevice(options.device);
  const { revision } = options;
  const folder = await findFolder(options.model, { revision, terminal });
  const plain = await loadTokenizer(folder);
  const model = await loadModel(folder);
  noteDrawn(model, terminal);
  const { vocab_size } = model.json;
  const tokenizer = typeof vocab_size === "number" ? withinVocabulary(plain, vocab_size) : plain;
  if (options.adapter === undefined) return { model, tokenizer, params: model.params };
  const adapter = await loadAdapter(await findFolder(options.adapter, { terminal }), model.params);
  return { model, tokenizer, params: graft(model.params, adapter) };
}

/** Says which weights are random, because the checkpoint lacks them. */
export function noteDrawn({ drawn }: Pick<LoadedModel, "drawn">, terminal: Terminal): void {
  if (drawn.length === 0) return;
  const names = drawn.map((name) => `"${name}"`).join(", ");
  terminal.note(
    `note: the checkpoint lacks ${names}: drawn at random, so train before you trust the results`,
  );
}

/** The tokenizer, refusing text whose ids the model's embedding does not have. */
function withinVocabulary(tokenizer: Tokenizer, size: number): Tokenizer {
  const encode: Tokenizer["encode"] = (text, options) => {
    const ids = tokenizer.encode(text, options);
    const beyond = ids.find((id) => id >= size);
    if (beyond === undefined) return ids;
    throw new RangeError(
      `Cannot use the token id ${beyond}: the model has ${size} tokens and its tokenizer ` +
        `${tokenizer.vocabSize}; the tokenizer of another model is in its folder`,
    );
  };
  return { ...tokenizer, encode };
}

/**
 * Chooses what computes and makes it ready; undefined leaves the default.
 *
 * @throws {UsageError} naming the devices there are
 * @throws {UnsupportedError} if this machine does not have the device
 */
export async function chooseDevice(name: string | undefined): Promise<void> {
  if (name === undefined) {
    await init();
    return;
  }
  const devices: readonly string[] = registeredDevices();
  if (!devices.includes(name)) {
    throw new UsageError(`Cannot use --device ${name}: the devices are ${devices.join(", ")}`);
  }
  await init({ device: name as DeviceName });
}
