import { METHODS } from "../peft/mod.ts";
import { SCHEDULES } from "./learning_rate.ts";
import type {
  ChoiceOption,
  FlagOption,
  ListOption,
  NumberOption,
  TextOption,
  Values,
} from "./options.ts";
import { BATCH_SIZE, DATA, DEVICE, MODEL, REVISION, SEED, SEQ_LEN } from "./shared_options.ts";

/** The method that trains every weight. */
export const FULL = "full";

type Defaulted = NumberOption & { readonly default: number };

/** Options of `graft finetune`. */
export const FINETUNE_OPTIONS: {
  readonly model: typeof MODEL;
  readonly revision: TextOption;
  readonly data: ListOption;
  readonly "eval-data": ListOption;
  readonly "eval-fraction": Defaulted;
  readonly out: TextOption & { readonly required: true };
  readonly method: ChoiceOption & { readonly default: string };
  readonly r: NumberOption;
  readonly "lora-alpha": NumberOption;
  readonly "lora-dropout": NumberOption;
  readonly "target-modules": ListOption;
  readonly set: ListOption;
  readonly steps: NumberOption;
  readonly epochs: NumberOption;
  readonly minutes: NumberOption;
  readonly lr: Defaulted;
  readonly schedule: ChoiceOption & { readonly default: string };
  readonly warmup: Defaulted;
  readonly "weight-decay": Defaulted;
  readonly "max-grad-norm": NumberOption;
  readonly "batch-size": Defaulted;
  readonly accumulate: Defaulted;
  readonly "seq-len": NumberOption;
  readonly "eval-every": NumberOption;
  readonly seed: Defaulted;
  readonly profile: TextOption;
  readonly resume: FlagOption;
  readonly device: TextOption;
} = {
  model: MODEL,
  revision: REVISION,
  data: DATA,
  "eval-data": { kind: "list", value: "FILE", help: "Text held out; default: a part of --data" },
  "eval-fraction": {
    kind: "number",
    min: 0,
    max: 0.9,
    default: 0.05,
    help: "Part of --data that is held out",
  },
  out: { kind: "text", value: "FOLDER", help: "Folder for the result", required: true },
  method: {
    kind: "choice",
    choices: [...METHODS.map(({ name }) => name), FULL],
    default: "lora",
    help: "What is trained",
  },
  r: {
    kind: "number",
    integer: true,
    min: 1,
    help: "Rank of the adapter; default: as in PEFT, 8 for lora",
  },
  "lora-alpha": { kind: "number", help: "The adapter is scaled by this over the rank; default 8" },
  "lora-dropout": { kind: "number", min: 0, max: 0.99, help: "Dropout of the adapter's inputs" },
  "target-modules": {
    kind: "list",
    value: "NAME",
    commas: true,
    help: "Modules to adapt, such as c_attn,c_proj; default: those that PEFT takes",
  },
  set: {
    kind: "list",
    value: "FIELD=VALUE",
    help: "Any other field of adapter_config.json, such as num_virtual_tokens=20; may be repeated",
  },
  steps: { kind: "number", integer: true, min: 1, help: "Steps to train" },
  epochs: { kind: "number", min: 0.001, help: "Times to go through the data; default 1" },
  minutes: { kind: "number", min: 0.001, help: "Minutes to train" },
  lr: { kind: "number", min: 0, default: 2e-4, help: "Learning rate" },
  schedule: {
    kind: "choice",
    choices: SCHEDULES,
    default: "constant",
    help: "How the learning rate goes on after the warmup",
  },
  warmup: { kind: "number", integer: true, min: 0, default: 0, help: "Steps of warmup" },
  "weight-decay": { kind: "number", min: 0, default: 0, help: "Weight decay of matrices" },
  "max-grad-norm": { kind: "number", min: 1e-9, help: "Scale gradients down to this norm" },
  "batch-size": BATCH_SIZE,
  accumulate: {
    kind: "number",
    integer: true,
    min: 1,
    default: 1,
    help: "Batches averaged for one step",
  },
  "seq-len": SEQ_LEN,
  "eval-every": {
    kind: "number",
    integer: true,
    min: 1,
    help: "Steps between evaluations, with a checkpoint after each",
  },
  seed: SEED,
  profile: {
    kind: "text",
    value: "FILE",
    help: "Print the kernels of the second step, and write its trace for ui.perfetto.dev",
  },
  resume: { kind: "flag", help: "Go on with the run in --out" },
  device: DEVICE,
};

/** What `graft finetune` has been given. */
export type FinetuneValues = Values<typeof FINETUNE_OPTIONS>;
