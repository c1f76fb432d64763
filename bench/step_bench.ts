/** `deno task bench`: a whole LoRA step of a GPT-2 of two layers; bench/gpt2_step.ts has the large one. */
import { gpt2LoraStep } from "./_gpt2_lora.ts";
import "../mod.ts";

const config = { n_embd: 256, n_head: 4, vocab_size: 4096 };
const step = await gpt2LoraStep({ batch: 4, time: 128, layers: 2, config });
await step.run();
Deno.bench("LoRA step, 2 layers of 256, batch 4 x 128", async () => {
  await step.run();
});
