import {
  concatenate,
  type FlatTree,
  full,
  jit,
  setDevice,
  type Tensor,
  type Tree,
  unflattenPaths,
} from "../../mod.ts";
import { valueAndGrad } from "../../autodiff/mod.ts";
import { type JsonObject, readJson, readSafetensors } from "../../hub/mod.ts";
import { familyOf, type Task, type TextInputs } from "../../models/mod.ts";
import { causalLmLoss, crossEntropy } from "../../nn/mod.ts";
import { type Adapter, type AdapterFiles, adapterFromFiles, graft } from "../../peft/mod.ts";

setDevice("reference");

const ROOT = new URL("../goldens/models/", import.meta.url).pathname;

/** A model of the goldens with its batch. */
export type GoldenModel = {
  readonly folder: string;
  readonly params: Tree;
  readonly tensors: FlatTree;
  readonly io: FlatTree;
  /** Logits of the batch. */
  readonly logits: (params: Tree) => Tensor;
  /** Loss of the batch. */
  readonly loss: (params: Tree) => Tensor;
};

/** An adapter case of the goldens. */
export type GoldenCase = {
  readonly folder: string;
  readonly description: JsonObject;
  readonly files: AdapterFiles;
  readonly adapter: Adapter;
  readonly io: FlatTree;
};

/** Opens `models/<name>`. */
export async function openModel(name: string): Promise<GoldenModel> {
  const folder = `${ROOT}${name}`;
  const config = await readJson(`${folder}/config.json`);
  const tensors = await readSafetensors(`${folder}/model.safetensors`);
  const io = await readSafetensors(`${folder}/io.safetensors`);
  const family = familyOf(String(config.model_type));
  const parsed = family.parseConfig(config as never);
  const { task } = await readJson(`${folder}/case.json`) as { readonly task: Task };
  const head = family.head(task);
  const inputs: TextInputs = {
    input_ids: io["in.input_ids"]!,
    attention_mask: io["in.attention_mask"],
  };
  const labels = io["in.labels"]!;
  const logits = (params: Tree): Tensor => head(params, inputs, parsed).logits;
  const loss = (params: Tree): Tensor => {
    const scores = logits(params);
    if (task !== "causal-lm") return crossEntropy(scores, labels);
    // Virtual tokens stand in front of the text and have no labels.
    const [batch, time] = labels.shape as readonly [number, number];
    const ignored = full([batch, scores.shape[1]! - time], -100, { dtype: labels.dtype });
    return causalLmLoss(scores, concatenate([ignored, labels], { axis: 1 }));
  };
  return {
    folder,
    params: unflattenPaths(Object.entries(tensors)),
    tensors,
    io,
    logits,
    loss,
  };
}

/** Opens `adapters/<name>` of a model; `part` is a folder in it, where a case has two adapters. */
export async function openCase(
  model: GoldenModel,
  name: string,
  part = "",
): Promise<GoldenCase> {
  const folder = `${model.folder}/adapters/${name}`;
  const io = await readSafetensors(`${folder}/io.safetensors`);
  const encoder = Object.entries(io).filter(([name]) => name.startsWith("init."));
  const files = {
    config: await readJson(`${folder}${part}/adapter_config.json`) as AdapterFiles["config"],
    tensors: {
      ...await readSafetensors(`${folder}${part}/adapter_model.safetensors`),
      ...Object.fromEntries(encoder.map(([name, x]) => [name.slice("init.".length), x])),
    },
  };
  return {
    folder,
    description: await readJson(`${folder}/case.json`),
    files,
    adapter: adapterFromFiles(files, model.params),
    io,
  };
}

/** The loss of the batch and its gradient with respect to the adapter, compiled. */
export function stepOf(
  model: GoldenModel,
  params: Tree = model.params,
): (adapter: Adapter) => { readonly value: Tensor; readonly grad: Adapter } {
  const loss = (adapter: Adapter): Tensor => model.loss(graft(params, adapter));
  return jit(valueAndGrad(loss)) as never;
}
