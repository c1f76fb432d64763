/** `deno run -A bench/decode.ts`: greedy decoding of a GPT-2 124M-shaped model, tokens a second. */
import { evaluate, key } from "../core/mod.ts";
import "../mod.ts";
import { generativeModel, gpt2Family, stream } from "../models/mod.ts";
import { median, now } from "./_stats.ts";

const config = gpt2Family.parseConfig({ model_type: "gpt2" });
const params = gpt2Family.init(key(0), config, { task: "causal-lm" });
await evaluate(params);
const model = generativeModel(gpt2Family, config);
const prompts = { input_ids: [Array.from({ length: 16 }, (_, i) => 100 + i)] };
const times: number[] = [];
let last = now();
for await (const _step of stream(model, params, { prompts, max_new_tokens: 40 })) {
  times.push(now() - last);
  last = now();
}
const steady = times.slice(2);
console.log(
  `prompt and first token ${times[0]!.toFixed(0)} ms; then ` +
    `${(1000 / median(steady)).toFixed(1)} tokens/s (median), ` +
    `${(1000 / Math.min(...steady)).toFixed(1)} best`,
);
