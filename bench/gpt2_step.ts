/**
 * `deno run -A bench/gpt2_step.ts`: a LoRA step of a GPT-2 124M-shaped model (random weights, r 8 on
 * c_attn, AdamW, batch 4 x 128), beside PyTorch and PEFT when a Python that has them is found
 * (variable GRAFT_PYTHON, else python3). The two alternate, because machines are shared.
 */
import { parseArgs } from "npm:deno-std@1.4.0/cli/parse_args.js";
import "../mod.ts";
import { gpt2LoraStep, programLine } from "./_gpt2_lora.ts";
import { openPython } from "./_python.ts";
import { median } from "./_stats.ts";

const args = parseArgs(Deno.args, {
  string: ["rounds", "batch", "time", "layers"],
  default: { rounds: "5", batch: "4", time: "128", layers: "12" },
});
const sizes = {
  batch: Number(args.batch),
  time: Number(args.time),
  layers: Number(args.layers),
};
const step = await gpt2LoraStep(sizes);
console.log(`${step.trained} of ${step.parameters} parameters are trained`);
const { report, ms: compiled } = await step.compile();
const first = await step.run();
const python = await openPython("bench/gpt2_step.py", Object.values(sizes).map(String));
const ours: number[] = [];
const theirs: number[] = [];
for (let i = 0; i < Number(args.rounds); i++) {
  ours.push(await step.run());
  if (python) theirs.push(await python.next());
}
const seconds = (list: readonly number[]): string =>
  `median ${(median(list) / 1000).toFixed(2)} s, best ${(Math.min(...list) / 1000).toFixed(2)} s`;
const steady = median(ours);
console.log(`program    ${programLine(report)}`);
console.log(`trace and compile ${(compiled / 1000).toFixed(2)} s`);
console.log(`first step ${(first / 1000).toFixed(2)} s`);
console.log(`graft      ${seconds(ours)}, ${(report.flops / 1e6 / steady).toFixed(1)} GFLOP/s`);
console.log(`resident   ${(Deno.memoryUsage().rss / 2 ** 30).toFixed(2)} GiB`);
if (python) {
  console.log(`pytorch    ${seconds(theirs)}, ${await python.close()}`);
  console.log(`ratio      ${(steady / median(theirs)).toFixed(2)} (medians, alternating)`);
} else console.log("pytorch    not found: set GRAFT_PYTHON to a Python with torch and peft");
