import type { DType } from "../../mod.ts";
import { merge } from "../../peft/mod.ts";
import { loadAdapter, loadModel, saveModel } from "../../train/mod.ts";
import { type Command, defineCommand } from "../command.ts";
import { UsageError } from "../errors.ts";
import { findFolder } from "../find_folder.ts";
import { chooseDevice, noteDrawn } from "../load.ts";
import { ADAPTER, DEVICE, MODEL, REVISION } from "../shared_options.ts";

// The spellings of config.json.
const DTYPES: { readonly [name: string]: DType } = {
  float32: "f32",
  float16: "f16",
  bfloat16: "bf16",
};

/** Makes a plain model of a model and an adapter. */
export const mergeCommand: Command = defineCommand({
  name: "merge",
  summary: "Put an adapter into the weights of its model for good",
  options: {
    model: MODEL,
    revision: REVISION,
    adapter: { ...ADAPTER, required: true },
    out: { kind: "text", value: "FOLDER", help: "Folder for the merged model", required: true },
    dtype: {
      kind: "choice",
      choices: Object.keys(DTYPES),
      help: "Type of the merged weights; default: that of the model",
    },
    device: DEVICE,
  },
  run: async ({ model, revision, adapter, out, dtype, device }, terminal) => {
    await chooseDevice(device);
    const folder = await findFolder(model, { revision, terminal });
    await refuseSameFolder(folder, out);
    const base = await loadModel(folder);
    noteDrawn(base, terminal);
    const added = await loadAdapter(await findFolder(adapter, { terminal }), base.params);
    const name = dtype ?? base.json.dtype ?? base.json.torch_dtype;
    const to = typeof name === "string" ? DTYPES[name] : undefined;
    const params = merge(base.params, added);
    const json = dtype === undefined ? base.json : { ...base.json, dtype };
    await saveModel(out, { folder, json, params }, to ? { dtype: to } : {});
    terminal.out(`The merged model is in ${out}`);
  },
});

/** The base is read while the merged model is written, and is not to be lost. */
async function refuseSameFolder(folder: string, out: string): Promise<void> {
  const real = (path: string): Promise<string | null> => Deno.realPath(path).catch(() => null);
  if (await real(folder) !== await real(out)) return;
  throw new UsageError(`Cannot merge into "${out}": it is the folder of the model; use another`);
}
