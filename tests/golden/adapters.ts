import {
  add,
  type FlatTree,
  jit,
  type Json,
  stack,
  type Tensor,
  type Tree,
  treeEntries,
  UnsupportedError,
} from "../../mod.ts";
import { valueAndGrad } from "../../autodiff/mod.ts";
import { readJson, readSafetensors } from "../../hub/mod.ts";
import type { TextInputs } from "../../models/mod.ts";
import { type AdamState, adamw } from "../../optim/mod.ts";
import {
  type AdaloraAdapter,
  adaloraAllocate,
  adaloraFinish,
  adaloraOrthogonality,
  adaloraPenalty,
  adaloraState,
  type Adapter,
  adapterFromFiles,
  adapterToFiles,
  graft,
  type LoraAdapter,
  merge,
  methodName,
  residual,
} from "../../peft/mod.ts";
import { checkCombined } from "./combined.ts";
import { checkGeneration } from "./generation.ts";
import { batchOf, lossOf, type ModelCase, type Report } from "./models.ts";
import type { TensorFile } from "./tensors.ts";

/** An adapter in a model: what its case compares. */
type AdapterCase = ModelCase & {
  readonly adapter: Adapter;
  /** The model's parameters, without what the initialisation took out of them. */
  readonly base: Tree;
  readonly inputs: TextInputs;
  readonly labels: Tensor;
};

/** Checks an adapter: its outputs, gradients, training run and merged weights. */
export async function checkAdapter(
  one: ModelCase,
  modelIo: TensorFile,
  report: Report,
): Promise<void> {
  const { file, dir, model } = one;
  const { labels, ...inputs } = batchOf(modelIo);
  if (file.kind === "combined") return await checkCombined(one, inputs, report);
  const adapter = await readAdapter(dir, model.params, one.io);
  const base = file.kind === "initial"
    ? residual(model.params, adapter as LoraAdapter)
    : model.params;
  const full: AdapterCase = { ...one, adapter, base, inputs, labels };
  const logits = logitsOf(full, adapter);
  await report.output("out.logits", logits);
  await report.output("out.loss", lossOfAdapter(full, adapter));
  if (isAdalora(adapter)) {
    await report.output("out.orthogonality", adaloraOrthogonality(adapter));
  }
  for (const [path, weight] of treeEntries(base)) await report.output(`base.${path}`, weight);
  await train(full, report);
  if (file.merge?.supported) await checkMerged(full, report);
  await checkGeneration({ ...one, promptIo: modelIo }, graft(base, adapter), report);
}

/** The adapter in a folder; encoders that PEFT does not save come with the case. */
export async function readAdapter(dir: string, params: Tree, io: TensorFile): Promise<Adapter> {
  const encoder = [...io.names].filter((name) => name.startsWith("init."));
  const config = await readJson(`${dir}/adapter_config.json`) as { readonly [name: string]: Json };
  const tensors = {
    ...await readSafetensors(`${dir}/adapter_model.safetensors`),
    ...Object.fromEntries(encoder.map((name) => [name.slice("init.".length), io.get(name)])),
  };
  return adapterFromFiles({ config, tensors }, params);
}

function logitsOf({ model, task, base, inputs }: AdapterCase, adapter: Adapter): Tensor {
  return model.family.head(task)(graft(base, adapter), inputs, model.config).logits;
}

/** The loss that PEFT computes: AdaLoRA's has the term of orthogonality besides. */
function lossOfAdapter(one: AdapterCase, adapter: Adapter): Tensor {
  const loss = lossOf(one.task, logitsOf(one, adapter), one.labels);
  return isAdalora(adapter) ? add(loss, adaloraPenalty(adapter)) : loss;
}

function isAdalora(adapter: Adapter): adapter is AdaloraAdapter {
  return methodName(adapter) === "adalora";
}

async function train(one: AdapterCase, report: Report): Promise<void> {
  const { file } = one;
  if (!file.optimizer) throw new UnsupportedError("A case without a training run");
  const { lr, betas, eps, weight_decay } = file.optimizer;
  const optimizer = adamw(lr, { b1: betas[0], b2: betas[1], eps, weightDecay: weight_decay });
  const gradients = jit(valueAndGrad((adapter: Adapter) => lossOfAdapter(one, adapter)));
  const update = jit((grads: Adapter, state: AdamState, adapter: Adapter) => {
    return optimizer.update(grads, state, adapter);
  });
  let adapter = one.adapter;
  let state = optimizer.init(adapter);
  let budget = isAdalora(adapter) ? adaloraState(adapter) : null;
  const losses: Tensor[] = [];
  for (let i = 0; i < file.steps!; i++) {
    const { value, grad } = gradients(adapter);
    if (i === 0) await compareAll("grad", tensorsOf(grad), report);
    losses.push(value);
    [adapter, state] = update(grad, state, adapter);
    if (budget && isAdalora(adapter)) {
      [adapter, budget] = adaloraAllocate(adapter, grad as AdaloraAdapter, budget);
    }
  }
  losses.push(lossOfAdapter(one, adapter));
  await report.output("train.loss", stack(losses));
  const finished = budget && isAdalora(adapter) ? await adaloraFinish(adapter, budget) : adapter;
  await compareAll("after", tensorsOf(finished), report);
}

async function compareAll(group: string, tensors: FlatTree, report: Report): Promise<void> {
  for (const [name, tensor] of Object.entries(tensors)) {
    await report.output(`${group}.${name}`, tensor);
  }
}

/** An adapter's tensors as in its file, and its encoder's, which PEFT does not save. */
function tensorsOf(adapter: Adapter): FlatTree {
  const encoder = treeEntries(adapter).filter(([path]) => path.startsWith("prompt_encoder."));
  return { ...Object.fromEntries(encoder), ...adapterToFiles(adapter).tensors };
}

async function checkMerged(
  { model, task, base, adapter, inputs }: AdapterCase,
  report: Report,
): Promise<void> {
  const merged = merge(base, adapter);
  for (const [path, weight] of treeEntries(merged)) await report.output(`merged.${path}`, weight);
  const { logits } = model.family.head(task)(merged, inputs, model.config);
  await report.output("out.merged_logits", logits);
}
