import {
  backendOf,
  currentBackend,
  type DeviceName,
  gpuAdapters,
  init,
  registeredDevices,
  UnsupportedError,
} from "../../mod.ts";
import {
  type Checkpoint,
  FileFormatError,
  type JsonObject,
  openCheckpoint,
  openSafetensors,
  readConfig,
  readJsonIfExists,
  type SafetensorsFile,
} from "../../hub/mod.ts";
import { type Command, defineCommand } from "../command.ts";
import { findFolder } from "../find_folder.ts";
import { formatBytes } from "../progress.ts";
import { REVISION } from "../shared_options.ts";
import type { Terminal } from "../terminal.ts";

/** Says what a model or adapter is, without loading its weights. */
export const infoCommand: Command = defineCommand({
  name: "info",
  summary: "Say what a model or adapter is",
  positional: "model",
  options: {
    model: {
      kind: "text",
      value: "MODEL",
      help: "Folder of a model or adapter, or its id on the hub; without it: the devices",
    },
    revision: REVISION,
    tensors: { kind: "flag", help: "List every tensor" },
  },
  run: async ({ model, revision, tensors }, terminal) => {
    if (model === undefined) return aboutDevices(terminal);
    const folder = await findFolder(model, { revision, terminal });
    const adapter = await readJsonIfExists(`${folder}/adapter_config.json`);
    const about = adapter ? aboutAdapter(adapter) : aboutModel(await readConfig(folder));
    using weights = adapter
      ? await openSafetensors(`${folder}/adapter_model.safetensors`)
      : await openCheckpoint(folder);
    const rows = [...about, ...aboutWeights(weights)];
    const width = Math.max(16, ...rows.map(([name]) => name.length + 2));
    for (const [name, value] of rows) terminal.out(`${`${name}:`.padEnd(width)}${value}`);
    if (tensors) listTensors(weights, terminal);
  },
});

/** The devices there are, which one is used, and the memory of this machine. */
async function aboutDevices(terminal: Terminal): Promise<void> {
  await init();
  const current = currentBackend().name;
  for (const name of registeredDevices()) {
    terminal.out(`${name === current ? "*" : " "} ${await aboutDevice(name)}`);
  }
  for (const { name, isSoftware, bufferBytes, bindingBytes, features } of await gpuAdapters()) {
    const kind = isSoftware ? "software, used only where asked for" : "graphics card";
    const sizes = `buffers ${formatBytes(bufferBytes)}, bindings ${formatBytes(bindingBytes)}`;
    terminal.out(`  adapter: ${name} (${kind}), ${sizes}, ${usedOf(features).join(", ")}`);
  }
  const { total, available } = Deno.systemMemoryInfo();
  terminal.out(`  memory: ${formatBytes(available)} available of ${formatBytes(total)}`);
}

/** The features of an adapter that Graft has a use for. */
function usedOf(features: readonly string[]): readonly string[] {
  const used = features.filter((name) => /^(shader-f16|subgroups|timestamp-query)$/.test(name));
  return used.length > 0 ? used : ["no features"];
}

/** What a device is, or why there is none. */
async function aboutDevice(name: DeviceName): Promise<string> {
  const backend = backendOf(name);
  try {
    await backend.init();
    return backend.describe();
  } catch (error) {
    if (error instanceof UnsupportedError) return `${name}: none on this machine`;
    throw error;
  }
}

type Row = readonly [name: string, value: string];

function aboutModel(config: JsonObject): readonly Row[] {
  const rows: Row[] = [["model", String(config.model_type)]];
  if (Array.isArray(config.architectures)) rows.push(["class", config.architectures.join(", ")]);
  const size = (...names: readonly string[]): unknown =>
    names.map((name) => config[name]).find((value) => typeof value === "number");
  const sizes = [
    ["layers", size("num_hidden_layers", "n_layer", "num_layers")],
    ["hidden size", size("hidden_size", "n_embd", "d_model")],
    ["vocabulary", size("vocab_size")],
    ["positions", size("max_position_embeddings", "n_positions")],
  ] as const;
  return [
    ...rows,
    ...sizes.filter(([, n]) => n !== undefined).map(([name, n]): Row => [name, String(n)]),
  ];
}

function aboutAdapter(config: JsonObject): readonly Row[] {
  if (typeof config.peft_type !== "string") {
    throw new FileFormatError("adapter_config.json", "peft_type", "is missing");
  }
  const fields = [
    ...["r", "target_r", "lora_alpha", "num_virtual_tokens", "adapter_len", "adapter_layers"],
    "target_modules",
  ];
  const known = fields.filter((name) => config[name] !== undefined && config[name] !== null);
  return [
    ["adapter", config.peft_type],
    ["base model", String(config.base_model_name_or_path ?? "not named")],
    ...known.map((name): Row => [name, [config[name]].flat().join(", ")]),
  ];
}

function aboutWeights(weights: Checkpoint | SafetensorsFile): readonly Row[] {
  const infos = weights.names.map((name) => weights.info(name));
  const elements = infos.map(({ shape }) => shape.reduce((size, side) => size * side, 1));
  const count = elements.reduce((sum, n) => sum + n, 0);
  const bytes = infos.reduce((sum, { begin, end }) => sum + end - begin, 0);
  return [
    ["parameters", count.toLocaleString("en-US")],
    ["tensors", String(infos.length)],
    ["bytes", formatBytes(bytes)],
    ["dtypes", [...new Set(infos.map(({ dtype }) => dtype))].join(", ")],
  ];
}

function listTensors(weights: Checkpoint | SafetensorsFile, terminal: Terminal): void {
  const width = Math.max(0, ...weights.names.map((name) => name.length)) + 2;
  for (const name of weights.names) {
    const { dtype, shape } = weights.info(name);
    terminal.out(`  ${name.padEnd(width)}${dtype} [${shape.join(", ")}]`);
  }
}
