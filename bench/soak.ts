/**
 * `deno run -A bench/soak.ts [--steps 10000]`: a small model trained for many steps, with live and
 * resident memory printed on the way: both are flat.
 */
import { parseArgs } from "npm:deno-std@1.4.0/cli/parse_args.js";
import { evaluate, foldIn, key, memory, randint } from "../core/mod.ts";
import "../mod.ts";
import { familyOf } from "../models/mod.ts";
import { adamw } from "../optim/mod.ts";
import { initTrainState, lmLoss, trainStep } from "../train/mod.ts";

const args = parseArgs(Deno.args, { string: ["steps"], default: { steps: "10000" } });
const json = {
  model_type: "gpt2",
  vocab_size: 64,
  n_positions: 16,
  n_embd: 32,
  n_layer: 2,
  n_head: 2,
};
const family = familyOf(json.model_type);
const config = family.parseConfig(json);
const params = family.init(key(0), config, { task: "causal-lm" });
const optimizer = adamw(1e-3);
const loss = lmLoss({ family, config });
const step = trainStep(loss, optimizer, { key: key(1) });
let state = initTrainState(params, optimizer);
await evaluate(state);
const dataKey = key(2);
const steps = Number(args.steps);
const start = performance.now();
for (let i = 0; i < steps; i++) {
  const input_ids = randint(foldIn(dataKey, i), [4, 16], { minval: 0, maxval: 64 });
  const result = step(state, [{ input_ids, labels: input_ids }]);
  state = result.state;
  const value = i % (steps / 10) === 0 ? await result.loss.item() : null;
  result.loss.dispose();
  input_ids.dispose();
  if (value === null) continue;
  const live = Object.entries(memory()).map(([device, { bytes, buffers }]) => {
    return `${device} ${(bytes / 1e6).toFixed(2)} MB in ${buffers} buffers`;
  });
  const { rss } = Deno.memoryUsage();
  console.log(
    `step ${i}: loss ${value.toFixed(3)}, ${live}, ${(rss / 1e6).toFixed(0)} MB resident`,
  );
}
console.log(`${(steps / (performance.now() - start) * 1000).toFixed(0)} steps/s`);
