import {
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
import { adamw } from "../../optim/mod.ts";
import { type Adapter, adapterFromFiles, adapterToFiles, graft, merge } from "../../peft/mod.ts";
import type { TextInputs } from "../../models/mod.ts";
import { checkGeneration } from "./generation.ts";
import { batchOf, lossOf, type ModelCase, type Report } from "./models.ts";
import type { TensorFile } from "./tensors.ts";

/** Checks an adapter: its outputs, gradients, training run and merged weights. */
export async function checkAdapter(
  one: ModelCase,
  modelIo: TensorFile,
  report: Report,
): Promise<void> {
  const { file, dir, model, task } = one;
  if (file.kind !== "trained") {
    throw new UnsupportedError(`No check for adapters of the kind "${file.kind}" yet`);
  }
  const files = {
    config: await readJson(`${dir}/adapter_config.json`) as { readonly [field: string]: Json },
    tensors: await readSafetensors(`${dir}/adapter_model.safetensors`),
  };
  const adapter = adapterFromFiles(files, model.params);
  const { labels, ...inputs } = batchOf(modelIo);
  const head = model.family.head(task);
  const forward = (a: Adapter): Tensor => head(graft(model.params, a), inputs, model.config).logits;
  const loss = (a: Adapter): Tensor => lossOf(task, forward(a), labels);
  const logits = forward(adapter);
  await report.output("out.logits", logits);
  await report.output("out.loss", lossOf(task, logits, labels));
  await train(one, adapter, loss, report);
  if (file.merge?.supported) await checkMerged(one, adapter, inputs, report);
  await checkGeneration({ ...one, promptIo: modelIo }, graft(model.params, adapter), report);
}

async function train(
  { file }: ModelCase,
  adapter: Adapter,
  loss: (a: Adapter) => Tensor,
  report: Report,
): Promise<void> {
  const { lr, betas, eps, weight_decay } = file.optimizer!;
  const optimizer = adamw(lr, { b1: betas[0], b2: betas[1], eps, weightDecay: weight_decay });
  const step = jit((a: Adapter, state: ReturnType<typeof optimizer.init>) => {
    const { value, grad } = valueAndGrad(loss)(a);
    const [next, nextState] = optimizer.update(grad, state, a);
    return { value, grad, next, nextState };
  });
  let current = adapter;
  let state = optimizer.init(adapter);
  const losses: Tensor[] = [];
  for (let i = 0; i < file.steps!; i++) {
    const { value, grad, next, nextState } = step(current, state);
    if (i === 0) await compareAll("grad", tensorsOf(grad), report);
    losses.push(value);
    [current, state] = [next, nextState];
  }
  losses.push(loss(current));
  await report.output("train.loss", stack(losses));
  await compareAll("after", tensorsOf(current), report);
}

async function compareAll(group: string, tensors: FlatTree, report: Report): Promise<void> {
  for (const [name, tensor] of Object.entries(tensors)) {
    await report.output(`${group}.${name}`, tensor);
  }
}

function tensorsOf(adapter: Adapter): FlatTree {
  return adapterToFiles(adapter).tensors;
}

async function checkMerged(
  { model, task }: ModelCase,
  adapter: Adapter,
  inputs: TextInputs,
  report: Report,
): Promise<void> {
  const merged: Tree = merge(model.params, adapter);
  for (const [path, weight] of treeEntries(merged)) await report.output(`merged.${path}`, weight);
  const { logits } = model.family.head(task)(merged, inputs, model.config);
  await report.output("out.merged_logits", logits);
}
