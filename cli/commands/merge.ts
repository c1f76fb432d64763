import type { DType } from "../../mod.ts";
import { merge } from "../../peft/mod.ts";
import { loadAdapter, loadModel, saveModel } from "../../train/mod.ts";
import { type Command, defineCommand } from "../command.ts";
import { findFolder } from "../find_folder.ts";
import { chooseDevice, noteDrawn } from "../load.ts";
import { refuseSameFolder } from "../same_folder.ts";
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
    const added = await findFolder(adapter, { terminal });
    await refuseSameFolder({ folder, out }, { what: "model", does: "merge" });
    await refuseSameFolder({ folder: added, out }, { what: "adapter", does: "merge" });
    const base = await loadModel(folder);
    noteDrawn(base, terminal);
    const name = dtype ?? base.json.dtype ?? base.json.torch_dtype;
    const to = typeof name === "string" ? DTYPES[name] : undefined;
    const params = merge(base.params, await loadAdapter(added, base.params));
    const json = dtype === undefined ? base.json : { ...base.json, dtype };
    await saveModel(out, { folder, json, params }, to ? { dtype: to } : {});
    terminal.out(`The merged model is in ${out}`);
  },
});
