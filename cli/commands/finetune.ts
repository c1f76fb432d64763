import { type Json, key, type Profile, type Tree, treeSize } from "../../mod.ts";
import { writeTextAtomic } from "../../hub/mod.ts";
import { type AdaloraAdapter, adaloraFinish, type Adapter, methodOf } from "../../peft/mod.ts";
import {
  adapterLoss,
  allocatingRanks,
  type Evaluation,
  finetune,
  type FinetuneOptions,
  type FinetuneResult,
  isAdalora,
  lmLoss,
  type LoadedModel,
  type Progress,
  saveAdapter,
  saveModel,
  splitHeldOut,
} from "../../train/mod.ts";
import { type Command, defineCommand } from "../command.ts";
import { chooseSeqLen, readDataset } from "../dataset.ts";
import { UsageError } from "../errors.ts";
import { FINETUNE_OPTIONS, type FinetuneValues, FULL } from "../finetune_options.ts";
import { makeOptimizer } from "../learning_rate.ts";
import { load } from "../load.ts";
import { formatTraining, progressBar } from "../progress.ts";
import { refuseSameFolder } from "../same_folder.ts";
import type { Terminal } from "../terminal.ts";

/** Trains an adapter, or all of a model, on text. */
export const finetuneCommand: Command = defineCommand({
  name: "finetune",
  summary: "Train an adapter, or all of a model, on text",
  options: FINETUNE_OPTIONS,
  run: async (values, terminal) => {
    const { model, tokenizer } = await load({ ...values, adapter: undefined }, terminal);
    const place = { folder: model.folder, out: values.out };
    await refuseSameFolder(place, { what: "model", does: "train" });
    const seqLen = chooseSeqLen(values["seq-len"], model.json, virtualTokens(values));
    const all = await readDataset(values.data, { tokenizer, seqLen });
    const data = values["eval-data"].length === 0
      ? splitHeldOut(all, values["eval-fraction"])
      : { training: all, heldOut: await readDataset(values["eval-data"], { tokenizer, seqLen }) };
    const steps = chooseSteps(values, data.training.rows);
    if (values.profile !== undefined && steps === 1) {
      throw new UsageError(
        "Cannot profile one step: the second is profiled; give --steps 2 or more",
      );
    }
    const run: RunOptions = {
      optimizer: makeOptimizer({
        lr: values.lr,
        schedule: values.schedule,
        warmup: values.warmup,
        steps,
        weightDecay: values["weight-decay"],
        maxGradNorm: values["max-grad-norm"],
      }),
      data,
      key: key(values.seed),
      ...(steps !== undefined && { steps }),
      ...(values.minutes !== undefined && { seconds: values.minutes * 60 }),
      batchSize: values["batch-size"],
      accumulate: values.accumulate,
      ...(values["eval-every"] !== undefined && { evalEvery: values["eval-every"] }),
      out: values.out,
      settings: settingsOf(values, seqLen, steps),
      resume: values.resume,
      ...(values.profile !== undefined && { onProfile: showProfile(values.profile, terminal) }),
    };
    if (values.profile !== undefined) await makeFolderOf(values.profile);
    const bar = progressBar(terminal);
    const onProgress = (progress: Progress): void => show(progress, bar.update, terminal);
    const watched = { ...run, onProgress };
    const result = values.method === FULL
      ? await trainAll(model, watched, terminal)
      : await trainAdapter(model, values, watched, terminal);
    bar.end();
    report(result, values.out, terminal);
  },
});

/** What a run has besides its parameters and their loss. */
type RunOptions = Omit<FinetuneOptions<Tree, Tree>, "params" | "loss">;

async function trainAll(
  model: LoadedModel,
  run: RunOptions,
  terminal: Terminal,
): Promise<FinetuneResult<Tree>> {
  const { params } = model;
  const onStart = (): void => announce(params, model, run, terminal);
  const result = await finetune({ ...run, params, loss: lmLoss(model), onStart });
  await saveModel(run.out, { ...model, params: result.params });
  return result;
}

async function trainAdapter(
  model: LoadedModel,
  values: FinetuneValues,
  run: RunOptions,
  terminal: Terminal,
): Promise<FinetuneResult<Adapter>> {
  const params = methodOf(values.method).init(key(values.seed), model.params, {
    ...adapterFields(values, run.steps),
    task_type: "CAUSAL_LM",
    base_model_name_or_path: values.model,
    ...(values.revision !== undefined && { revision: values.revision }),
    model_config: model.json,
  });
  const loss = adapterLoss(model);
  const onStart = (): void => announce(params, model, run, terminal);
  if (isAdalora(params)) return await trainAdalora({ ...run, params, loss, onStart });
  const result = await finetune({ ...run, params, loss, onStart });
  await saveAdapter(run.out, result.params);
  return result;
}

/** Trains an AdaLoRA adapter, giving up ranks on the way, and saves what is left of it. */
async function trainAdalora(
  run: FinetuneOptions<AdaloraAdapter, Tree>,
): Promise<FinetuneResult<Adapter>> {
  const result = await finetune({ ...run, optimizer: allocatingRanks(run.optimizer) });
  const params = await adaloraFinish(result.params, result.optimizer.allocation);
  await saveAdapter(run.out, params);
  return { ...result, params };
}

/** Announces a run: its first evaluation may take a while. */
function announce(params: Tree, model: LoadedModel, run: RunOptions, terminal: Terminal): void {
  const count = (n: number): string => n.toLocaleString("en-US");
  const { training, heldOut } = run.data;
  terminal.note(
    `training ${count(treeSize(params))} of ${count(treeSize(model.params))} parameters on ` +
      `${count(training.rows)} sequences of ${training.seqLen} tokens; ` +
      `${count(heldOut.rows)} held out`,
  );
  terminal.status?.("measuring the held-out text");
}

/** The fields of the adapter's configuration that were given; the others have PEFT's defaults. */
function adapterFields(
  values: FinetuneValues,
  steps: number | undefined,
): { readonly [field: string]: Json } {
  const rank = values.method === "adalora" ? adaloraFields(values.r, steps) : { r: values.r };
  const named = {
    ...rank,
    lora_alpha: values["lora-alpha"],
    lora_dropout: values["lora-dropout"],
    target_modules: values["target-modules"].length > 0 ? values["target-modules"] : undefined,
  };
  const given = Object.entries(named).filter(([, value]) => value !== undefined);
  return Object.fromEntries([...given, ...values.set.map(parseField)]) as Record<string, Json>;
}

/** AdaLoRA starts with half as many ranks again as it keeps, as by PEFT's defaults of 12 and 8. */
function adaloraFields(
  r: number | undefined,
  steps: number | undefined,
): { readonly [field: string]: number | undefined } {
  if (steps === undefined) {
    throw new UsageError(
      "Cannot use --method adalora with --minutes alone: its ranks are given up on the way to a " +
        "last step; give --steps or --epochs",
    );
  }
  const init_r = r === undefined ? undefined : Math.ceil(1.5 * r);
  return { total_step: steps, target_r: r, init_r };
}

/** How many positions of the model the method's own tokens take. */
function virtualTokens({ set }: FinetuneValues): number {
  const { num_virtual_tokens } = Object.fromEntries(set.map(parseField));
  return typeof num_virtual_tokens === "number" ? num_virtual_tokens : 0;
}

/** "use_rslora=true": a field and its JSON value; what is no JSON is text. */
function parseField(text: string): readonly [name: string, value: Json] {
  const [, name, value] = text.match(/^(\w+)=(.*)$/s) ?? [];
  if (name === undefined) {
    throw new UsageError(`Cannot use --set ${text}: FIELD=VALUE is expected`);
  }
  try {
    return [name, JSON.parse(value!)];
  } catch {
    return [name, value!];
  }
}

/** Steps of the run; undefined if only the time ends it. */
function chooseSteps(values: FinetuneValues, rows: number): number | undefined {
  const { steps, epochs, minutes } = values;
  if (steps !== undefined && epochs !== undefined) {
    throw new UsageError("Cannot use --steps with --epochs: give one of them");
  }
  if (steps !== undefined) return steps;
  if (epochs === undefined && minutes !== undefined) return undefined;
  const perStep = values["batch-size"] * values.accumulate;
  return Math.max(1, Math.ceil((epochs ?? 1) * rows / perStep));
}

/** What the numbers of a run depend on: a resumed run must have the same. */
function settingsOf(
  values: FinetuneValues,
  seqLen: number,
  steps: number | undefined,
): { readonly [name: string]: Json } {
  const free = [
    ...[
      "out",
      "resume",
      "device",
      "minutes",
      "steps",
      "epochs",
      "eval-every",
      "seq-len",
      "profile",
    ],
  ];
  const kept = Object.entries(values).filter(([name, value]) => {
    return !free.includes(name) && value !== undefined;
  });
  // A schedule that decays, or AdaLoRA's budget, depends on where it ends; others may go on.
  const isOpen = values.schedule === "constant" && values.method !== "adalora";
  const end: Record<string, Json> = isOpen || steps === undefined ? {} : { steps };
  return { ...Object.fromEntries(kept) as Record<string, Json>, "seq-len": seqLen, ...end };
}

function show(
  progress: Progress,
  update: (done: number, text: string) => void,
  terminal: Terminal,
): void {
  const { step, done, evaluation } = progress;
  if (evaluation) terminal.note(`step ${step}: ${describe(evaluation)}`);
  update(done, formatTraining(progress));
}

async function makeFolderOf(path: string): Promise<void> {
  const end = path.lastIndexOf("/");
  if (end > 0) await Deno.mkdir(path.slice(0, end), { recursive: true });
}

/** Prints a profile among the notes, and writes its trace. */
function showProfile(path: string, terminal: Terminal): (profile: Profile) => Promise<void> {
  return async (profile) => {
    terminal.note(`${profile}`);
    await writeTextAtomic(path, JSON.stringify(profile.trace()));
    terminal.note(`the trace is in ${path}; open it in ui.perfetto.dev`);
  };
}

function report(result: FinetuneResult<Tree>, out: string, terminal: Terminal): void {
  const { steps, before, after, tokensPerSecond } = result;
  terminal.out(`before: ${describe(before)}`);
  terminal.out(`after:  ${describe(after)}`);
  const made = steps === 1 ? "1 step" : `${steps} steps`;
  terminal.out(`${made}, ${Math.round(tokensPerSecond)} tokens/s; the result is in ${out}`);
}

function describe({ loss, perplexity }: Evaluation): string {
  return `held-out loss ${loss.toFixed(4)}, perplexity ${perplexity.toFixed(2)}`;
}
