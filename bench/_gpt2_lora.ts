import {
  compileReport,
  evaluate,
  jit,
  key,
  type ProgramReport,
  randint,
  type Tensor,
  treeSize,
} from "../core/mod.ts";
import { valueAndGrad } from "../autodiff/mod.ts";
import { gpt2Family } from "../models/mod.ts";
import { causalLmLoss } from "../nn/mod.ts";
import { adamw } from "../optim/mod.ts";
import { type Adapter, graft, lora } from "../peft/mod.ts";
import { now } from "./_stats.ts";

/** Sizes of the step: GPT-2 124M's, but for what is given. */
export type StepSizes = {
  readonly batch: number;
  readonly time: number;
  readonly layers: number;
  /** Other fields of the model's config. */
  readonly config?: { readonly [name: string]: number };
};

/** A step that can be run again and again. */
export type LoraStep = {
  readonly trained: number;
  readonly parameters: number;
  /** What its program consists of, and the milliseconds of tracing and compiling. */
  readonly compile: () => Promise<{ readonly report: ProgramReport; readonly ms: number }>;
  /** One step, its loss not read. */
  readonly submit: () => Tensor;
  /** One step up to its loss; milliseconds. */
  readonly run: () => Promise<number>;
};

/** A LoRA step of a GPT-2-shaped model with random weights: r 8 on c_attn, AdamW. */
export async function gpt2LoraStep(
  { batch, time, layers, config = {} }: StepSizes,
): Promise<LoraStep> {
  const parsed = gpt2Family.parseConfig({ model_type: "gpt2", n_layer: layers, ...config });
  const params = gpt2Family.init(key(0), parsed, { task: "causal-lm" });
  await evaluate(params);
  const head = gpt2Family.head("causal-lm");
  const ids = randint(key(1), [batch, time], { minval: 0, maxval: parsed.vocab_size });
  const adapter = lora.init(key(2), params, {
    r: 8,
    target_modules: ["c_attn"],
    model_type: "gpt2",
  });
  const optimizer = adamw(1e-3);
  await evaluate(ids, adapter);
  const loss = (a: Adapter): Tensor =>
    causalLmLoss(head(graft(params, a), { input_ids: ids }, parsed).logits, ids);
  const makeStep = (a: Adapter, state: ReturnType<typeof optimizer.init>) => {
    const { value, grad } = valueAndGrad(loss)(a);
    const [next, nextState] = optimizer.update(grad, state, a);
    return { value, next, nextState };
  };
  const step = jit(makeStep, { donate: [0, 1] });
  let state = { next: adapter as Adapter, nextState: optimizer.init(adapter) };
  await evaluate(state);
  const submit = (): Tensor => {
    const { value, ...rest } = step(state.next, state.nextState);
    state = rest;
    return value;
  };
  return {
    trained: treeSize(adapter),
    parameters: treeSize(params),
    submit,
    compile: async () => {
      const start = now();
      const report = await compileReport(makeStep, { donate: [0, 1] })(
        state.next,
        state.nextState,
      );
      return { report, ms: now() - start };
    },
    run: async () => {
      const start = now();
      const value = submit();
      await value.item();
      value.dispose();
      return now() - start;
    },
  };
}

/** One line on a program. */
export function programLine(report: ProgramReport): string {
  return `${report.kernels.length} kernels, ${report.copies} copies, ` +
    `${(report.flops / 1e9).toFixed(1)} GFLOP, ${(report.bytes / 1e9).toFixed(2)} GB moved, ` +
    `${(report.peakBytes / 1e6).toFixed(0)} MB at peak, ${report.inPlace} in place`;
}
