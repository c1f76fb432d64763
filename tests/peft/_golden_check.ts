import { assert } from "@std/assert";
import { type FlatTree, jit, type Tensor, type Tree, treeEntries } from "../../mod.ts";
import { type AdamState, adamw } from "../../optim/mod.ts";
import { type Adapter, adapterToFiles, graft, merge } from "../../peft/mod.ts";
import { relativeError } from "../golden/compare.ts";
import { type GoldenCase, type GoldenModel, stepOf } from "./_golden_case.ts";

type Limits = { readonly outputs: number; readonly gradients: number };

/** Compares `actual` with everything in the case's io whose name starts with `prefix`. */
export async function checkTensors(
  golden: GoldenCase,
  prefix: string,
  options: { readonly actual: FlatTree; readonly limit: keyof Limits },
): Promise<void> {
  const limit = (golden.description.tolerance as Limits)[options.limit];
  const skipped = Object.keys(golden.description.ill_conditioned as FlatTree);
  for (const [name, expected] of Object.entries(golden.io)) {
    if (!name.startsWith(prefix) || skipped.includes(name)) continue;
    const tensor = options.actual[name.slice(prefix.length)];
    if (!tensor) throw new Error(`${name} was not computed`);
    const error = relativeError(await tensor.data(), await expected.data());
    assert(error <= limit, `${name} is off by ${error.toPrecision(3)}, allowed is ${limit}`);
  }
}

/** Compares one tensor. */
export async function checkOutput(
  golden: GoldenCase,
  name: string,
  tensor: Tensor,
): Promise<void> {
  const { outputs } = golden.description.tolerance as Limits;
  const error = relativeError(await tensor.data(), await golden.io[name]!.data());
  assert(error <= outputs, `${name} is off by ${error.toPrecision(3)}, allowed is ${outputs}`);
}

/** Logits, loss and gradients of the adapted model. */
export async function checkOutputs(
  model: GoldenModel,
  golden: GoldenCase,
  params: Tree = model.params,
): Promise<void> {
  const { value, grad } = stepOf(model, params)(golden.adapter);
  const logits = model.logits(graft(params, golden.adapter));
  await checkOutput(golden, "out.logits", logits);
  await checkOutput(golden, "out.loss", value);
  await checkTensors(golden, "grad.", { actual: tensorsOf(grad), limit: "gradients" });
}

/** The merged weights and what the merged model computes. */
export async function checkMerged(model: GoldenModel, golden: GoldenCase): Promise<void> {
  const merged = merge(model.params, golden.adapter);
  const actual = Object.fromEntries(treeEntries(merged));
  await checkTensors(golden, "merged.", { actual, limit: "gradients" });
  const name = "out.merged_logits" in golden.io ? "out.merged_logits" : "out.logits";
  await checkOutput(golden, name, model.logits(merged));
}

/** The losses and the adapter of the training run: five steps of AdamW on one batch. */
export async function checkTraining(
  model: GoldenModel,
  golden: GoldenCase,
  params: Tree = model.params,
): Promise<void> {
  const settings = golden.description.optimizer as {
    readonly lr: number;
    readonly eps: number;
    readonly weight_decay: number;
  };
  const { lr, eps, weight_decay: weightDecay } = settings;
  const optimizer = adamw(lr, { eps, weightDecay });
  const step = stepOf(model, params);
  const update = jit((adapter: Adapter, grad: Adapter, state: AdamState) => {
    return optimizer.update(grad, state, adapter);
  });
  let adapter: Adapter = golden.adapter;
  let state = optimizer.init(adapter);
  const losses: Tensor[] = [];
  for (let i = 0; i < Number(golden.description.steps); i++) {
    const { value, grad } = step(adapter);
    losses.push(value);
    [adapter, state] = update(adapter, grad, state);
  }
  losses.push(step(adapter).value);
  const expected = await golden.io["train.loss"]!.data();
  const actual = await Promise.all(losses.map((loss) => loss.item()));
  const { outputs } = golden.description.tolerance as Limits;
  const error = relativeError(actual, expected);
  assert(error <= outputs, `train.loss is off by ${error}: ${actual} instead of ${expected}`);
  await checkTensors(golden, "after.", { actual: tensorsOf(adapter), limit: "gradients" });
}

/** By the names of files, and those of encoders, which are in no file. */
function tensorsOf(adapter: Adapter): FlatTree {
  return { ...Object.fromEntries(treeEntries(adapter)), ...adapterToFiles(adapter).tensors };
}
