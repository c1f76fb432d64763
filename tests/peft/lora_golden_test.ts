import { openCase, openModel } from "./_golden_case.ts";
import { checkMerged, checkOutputs, checkTraining } from "./_golden_check.ts";

const CASES: { readonly [model: string]: readonly string[] } = {
  "gpt2-causal-lm": [
    "lora",
    "lora-all_linear",
    "lora-bias_all",
    "lora-dora",
    "lora-embedding",
    "lora-modules_to_save",
    "lora-patterns",
    "lora-rslora",
  ],
  "gpt2-sequence-classification": ["lora"],
  "gpt2-token-classification": ["lora"],
};

for (const [modelName, adapters] of Object.entries(CASES)) {
  for (const name of adapters) {
    Deno.test(`lora: ${modelName}/${name} computes what PEFT does`, async (t) => {
      const model = await openModel(modelName);
      const golden = await openCase(model, name);
      await t.step("outputs and gradients", () => checkOutputs(model, golden));
      await t.step("merged weights", () => checkMerged(model, golden));
      await t.step("training", () => checkTraining(model, golden));
    });
  }
}
