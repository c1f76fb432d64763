/**
 * `deno run -A bench/gpt2_step.ts`: a LoRA step of a GPT-2 124M-shaped model (random weights, r 8 on
 * c_attn, AdamW, batch 4 x 128), beside PyTorch and PEFT when a Python that has them is found
 * (variable GRAFT_PYTHON, else python3). The two alternate, because machines are shared.
 */
import { parseArgs } from "npm:deno-std@1.4.0/cli/parse_args.js";
import { compileReport, evaluate, jit, key, randint, type Tensor, treeSize } from "../core/mod.ts";
import "../mod.ts";
import { valueAndGrad } from "../autodiff/mod.ts";
import { gpt2Family } from "../models/mod.ts";
import { causalLmLoss } from "../nn/mod.ts";
import { adamw } from "../optim/mod.ts";
import { type Adapter, graft, lora } from "../peft/mod.ts";
import { openPython } from "./_python.ts";
import { median, now } from "./_stats.ts";

const args = parseArgs(Deno.args, {
  string: ["rounds", "batch", "time", "layers"],
  boolean: ["full"],
  default: { rounds: "5", batch: "4", time: "128", layers: "12" },
});
const [batch, time, layers] = [args.batch, args.time, args.layers].map(Number) as [
  number,
  number,
  number,
];
const config = gpt2Family.parseConfig({ model_type: "gpt2", n_layer: layers });
const params = gpt2Family.init(key(0), config, { task: "causal-lm" });
await evaluate(params);
const head = gpt2Family.head("causal-lm");
const ids = randint(key(1), [batch, time], { minval: 0, maxval: config.vocab_size });
const adapter = lora.init(key(2), params, { r: 8, target_modules: ["c_attn"], model_type: "gpt2" });
const optimizer = adamw(1e-3);
await evaluate(ids, adapter);
console.log(`${treeSize(adapter)} of ${treeSize(params)} parameters are trained`);

const loss = (a: Adapter): Tensor =>
  causalLmLoss(head(graft(params, a), { input_ids: ids }, config).logits, ids);
const makeStep = (a: Adapter, state: ReturnType<typeof optimizer.init>) => {
  const { value, grad } = valueAndGrad(loss)(a);
  const [next, nextState] = optimizer.update(grad, state, a);
  return { value, next, nextState };
};
const step = jit(makeStep, { donate: [0, 1] });

let state = { next: adapter as Adapter, nextState: optimizer.init(adapter) };
await evaluate(state);
const run = async (): Promise<number> => {
  const start = now();
  const { value, ...rest } = step(state.next, state.nextState);
  state = rest;
  await value.item();
  value.dispose();
  return now() - start;
};

const compiling = now();
const report = await compileReport(makeStep, { donate: [0, 1] })(state.next, state.nextState);
const compiled = now() - compiling;
const first = await run();
const python = await openPython("bench/gpt2_step.py", [
  String(batch),
  String(time),
  String(layers),
]);
const ours: number[] = [];
const theirs: number[] = [];
for (let i = 0; i < Number(args.rounds); i++) {
  ours.push(await run());
  if (python) theirs.push(await python.next());
}
const seconds = (list: readonly number[]): string =>
  `median ${(median(list) / 1000).toFixed(2)} s, best ${(Math.min(...list) / 1000).toFixed(2)} s`;
const steady = median(ours);
console.log(
  `program    ${report.kernels.length} kernels, ${report.copies} copies, ` +
    `${(report.flops / 1e9).toFixed(1)} GFLOP, ${(report.bytes / 1e9).toFixed(2)} GB moved, ` +
    `${(report.peakBytes / 1e6).toFixed(0)} MB at peak, ${report.inPlace} in place`,
);
console.log(`trace and compile ${(compiled / 1000).toFixed(2)} s`);
console.log(`first step ${(first / 1000).toFixed(2)} s`);
console.log(`graft      ${seconds(ours)}, ${(report.flops / 1e6 / steady).toFixed(1)} GFLOP/s`);
console.log(`resident   ${(Deno.memoryUsage().rss / 2 ** 30).toFixed(2)} GiB`);
if (python) {
  console.log(`pytorch    ${seconds(theirs)}, ${await python.close()}`);
  console.log(`ratio      ${(steady / median(theirs)).toFixed(2)} (medians, alternating)`);
} else console.log("pytorch    not found: set GRAFT_PYTHON to a Python with torch and peft");
