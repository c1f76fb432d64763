import { type Tensor, type Tree, treeEntries, UnsupportedError } from "../../mod.ts";
import { grad } from "../../autodiff/mod.ts";
import { familyNames, type Task, type TextInputs } from "../../models/mod.ts";
import { causalLmLoss, crossEntropy } from "../../nn/mod.ts";
import { type LoadedModel, loadModel } from "../../train/mod.ts";
import { relativeError } from "./compare.ts";
import { checkAdapter } from "./adapters.ts";
import { checkGeneration } from "./generation.ts";
import type { Outcome } from "./ops.ts";
import { openTensors, type TensorFile } from "./tensors.ts";

/** The part of a case.json that every case has. */
export type CaseFile = {
  readonly arch: string;
  readonly task: string;
  readonly method: string | null;
  readonly kind?: "trained" | "initial" | "combined";
  readonly steps?: number;
  readonly optimizer?: {
    readonly lr: number;
    readonly betas: readonly [number, number];
    readonly eps: number;
    readonly weight_decay: number;
  };
  readonly options?: { readonly [name: string]: unknown };
  readonly merge?: { readonly supported: boolean; readonly same_outputs?: boolean };
  readonly generate?: { readonly [name: string]: unknown };
  readonly ill_conditioned: { readonly [tensor: string]: unknown };
  readonly tolerance: { readonly outputs: number; readonly gradients: number };
};

/** A model case in memory. */
export type ModelCase = {
  readonly file: CaseFile;
  readonly dir: string;
  readonly model: LoadedModel;
  readonly io: TensorFile;
  readonly task: Task;
};

/** Collects the error of every output of a case. */
export type Report = {
  /** Compares with the golden `name`, if the case has it and it is well conditioned. */
  readonly output: (name: string, actual: Tensor) => Promise<void>;
  readonly exact: (name: string, actual: Tensor) => Promise<void>;
  /** Names of what was compared, or is too badly conditioned to be. */
  readonly seen: ReadonlySet<string>;
};

/** Whether a tensor of a case is a result; the others are inputs, or aids to compute one. */
function isResult(name: string): boolean {
  return /^(out|gen|grad|train|after|merged|base|weighted)\./.test(name);
}

/** Runs every model and adapter case below a folder whose id contains `filter`. */
export async function* runModelCases(dir: string, filter: string): AsyncGenerator<Outcome> {
  for (const path of await caseFolders(dir)) {
    const id = path.slice(dir.length).replace(/^\/+/, "");
    if (id.includes(filter)) yield { id, ...await runCase(path) };
  }
}

async function caseFolders(dir: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(dir)) {
    if (entry.isDirectory) found.push(...await caseFolders(`${dir}/${entry.name}`));
    else if (entry.name === "case.json") found.push(dir);
  }
  return found.sort();
}

async function runCase(path: string): Promise<Omit<Outcome, "id">> {
  const file: CaseFile = JSON.parse(await Deno.readTextFile(`${path}/case.json`));
  if (!familyNames().includes(file.arch)) {
    return { status: "unsupported", text: `no architecture "${file.arch}"` };
  }
  const base = file.method === null ? path : path.replace(/\/adapters\/[^/]*$/, "");
  const lines: string[] = [];
  let failed = false;
  try {
    const task = file.task as Task;
    const model = await loadModel(base, { task });
    const io = await openTensors(`${path}/io.safetensors`);
    const worst = new Map<string, string>();
    const report = reporter(file, io, (label, text, passed) => {
      if (passed) worst.set(label, text);
      else lines.push(text);
      failed ||= !passed;
    });
    const one: ModelCase = { file, dir: path, model, io, task };
    if (file.method === null) await checkModel(one, report);
    else await checkAdapter(one, await openTensors(`${base}/io.safetensors`), report);
    lines.push(...worst.values());
    const left = [...io.names].filter((name) => isResult(name) && !report.seen.has(name));
    if (left.length > 0) {
      failed = true;
      lines.unshift(`not computed: ${left.join(" ")}`);
    }
  } catch (error) {
    const text = (error as Error).message.split("\n")[0]!;
    if (error instanceof UnsupportedError) return { status: "unsupported", text };
    return { status: "failed", text };
  }
  return { status: failed ? "failed" : "passed", text: lines.join(", ") };
}

function reporter(
  file: CaseFile,
  io: TensorFile,
  add: (label: string, text: string, passed: boolean) => void,
): Report {
  const worst = new Map<string, number>();
  const seen = new Set(Object.keys(file.ill_conditioned));
  return {
    seen,
    output: async (name, actual) => {
      seen.add(name);
      if (!io.names.has(name) || name in file.ill_conditioned) return;
      const expected = io.get(name);
      const group = /^(grad|after|merged|alloc)\./.test(name) ? "gradients" : "outputs";
      const same = `${actual.shape}` === `${expected.shape}`;
      const error = same ? relativeError(await actual.data(), await expected.data()) : Infinity;
      const label = name.replace(/^(grad|after|merged)\..*/, "$1");
      const passed = error <= file.tolerance[group];
      if (passed && error <= (worst.get(label) ?? -1)) return;
      worst.set(label, error);
      add(label, `${passed ? label : name} ${error.toExponential(1)}`, passed);
    },
    exact: async (name, actual) => {
      seen.add(name);
      if (!io.names.has(name)) return;
      const [a, e] = [await actual.data(), await io.get(name).data()];
      const passed = a.length === e.length && e.every((x, i) => x === a[i]);
      add(name, `${name} ${passed ? "equal" : `[${a}] is not [${e}]`}`, passed);
    },
  };
}

/** The training batch of a model case. */
export function batchOf(io: TensorFile): TextInputs & { readonly labels: Tensor } {
  return {
    input_ids: io.get("in.input_ids"),
    attention_mask: io.get("in.attention_mask"),
    labels: io.get("in.labels"),
  };
}

/** The loss that the reference computes for a task. */
export function lossOf(task: Task, logits: Tensor, labels: Tensor): Tensor {
  return task === "causal-lm" ? causalLmLoss(logits, labels) : crossEntropy(logits, labels);
}

async function checkModel(one: ModelCase, report: Report): Promise<void> {
  const { model, task, io } = one;
  const { labels, ...inputs } = batchOf(io);
  const head = model.family.head(task);
  const { logits, hidden_states } = head(model.params, inputs, model.config);
  await report.output("out.logits", logits);
  await report.output("out.loss", lossOf(task, logits, labels));
  for (const [i, hidden] of hidden_states.entries()) {
    await report.output(`out.hidden_states.${i}`, hidden);
  }
  const loss = (params: Tree): Tensor =>
    lossOf(task, head(params, inputs, model.config).logits, labels);
  for (const [path, gradient] of treeEntries(grad(loss)(model.params))) {
    await report.output(`grad.${path}`, gradient);
  }
  await checkGeneration(one, model.params, report);
}
