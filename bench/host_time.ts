/**
 * `deno run -A bench/host_time.ts`: what the host does for one step of a GPT-2 124M-shaped LoRA run
 * apart from the kernels: matching 445 leaves when jitted; building, differentiating and extracting
 * the Graph when not.
 */
import { evaluate, jit, key, randint, type Tensor, treeLeaves } from "../core/mod.ts";
import { extract } from "../core/internal.ts";
import "../mod.ts";
import { valueAndGrad } from "../autodiff/mod.ts";
import { gpt2Family } from "../models/mod.ts";
import { causalLmLoss } from "../nn/mod.ts";
import { adamw } from "../optim/mod.ts";
import { type Adapter, graft, lora } from "../peft/mod.ts";
import { median, sample } from "./_stats.ts";

const config = gpt2Family.parseConfig({ model_type: "gpt2" });
// One small tensor stands for every weight: nothing is computed, only described.
const params = gpt2Family.init(key(0), config, { task: "causal-lm" });
const head = gpt2Family.head("causal-lm");
const ids = randint(key(1), [4, 128], { minval: 0, maxval: config.vocab_size });
const adapter = lora.init(key(2), params, { r: 8, target_modules: ["c_attn"], model_type: "gpt2" });
await evaluate(ids, adapter);
const optimizer = adamw(1e-3);
const state = optimizer.init(adapter);
await evaluate(state);
const loss = (a: Adapter): Tensor =>
  causalLmLoss(head(graft(params, a), { input_ids: ids }, config).logits, ids);
let nodes = 0;
const describe = (): void => {
  const { value, grad } = valueAndGrad(loss)(adapter as Adapter);
  const [next, nextState] = optimizer.update(grad, state, adapter as Adapter);
  const outputs = [value, ...treeLeaves(next), ...treeLeaves(nextState)];
  nodes = extract([], outputs, 0).graph.nodes.length;
};
describe();
const times = await sample(30, describe);
console.log(
  `un-jitted: ${nodes} nodes built, differentiated and extracted in ` +
    `${median(times).toFixed(1)} ms (median), ${Math.min(...times).toFixed(1)} ms best`,
);

// The same structure with sides so small that the kernels cost next to nothing.
const small = gpt2Family.parseConfig({
  model_type: "gpt2",
  vocab_size: 64,
  n_positions: 8,
  n_embd: 24,
  n_head: 12,
});
const smallParams = gpt2Family.init(key(0), small, { task: "causal-lm" });
const smallIds = randint(key(1), [1, 8], { minval: 0, maxval: 64 });
const smallAdapter = lora.init(key(2), smallParams, { r: 8, target_modules: ["c_attn"] });
await evaluate(smallParams, smallIds, smallAdapter);
const smallLoss = (a: Adapter): Tensor =>
  causalLmLoss(head(graft(smallParams, a), { input_ids: smallIds }, small).logits, smallIds);
const makeStep = (a: Adapter, s: typeof state) => {
  const { value, grad } = valueAndGrad(smallLoss)(a);
  const [next, nextState] = optimizer.update(grad, s, a);
  return { value, next, nextState };
};
const jitted = jit(makeStep, { donate: [0, 1] });
let current = { next: smallAdapter as Adapter, nextState: optimizer.init(smallAdapter) };
await evaluate(current);
const jittedTimes = await sample(200, () => {
  const { value, ...rest } = jitted(current.next, current.nextState);
  value.dispose();
  current = rest;
});
const eagerTimes = await sample(30, async () => {
  const { value, ...rest } = makeStep(current.next, current.nextState);
  await evaluate(value, rest);
  current = rest;
});
console.log(
  `jitted: a whole step of 12 tiny layers takes ${median(jittedTimes).toFixed(2)} ms (median), ` +
    `${Math.min(...jittedTimes).toFixed(2)} ms best, kernels included`,
);
console.log(`un-jitted: the same step takes ${median(eagerTimes).toFixed(1)} ms (median)`);
