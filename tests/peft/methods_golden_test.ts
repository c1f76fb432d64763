import { openCase, openModel } from "./_golden_case.ts";
import { checkMerged, checkOutputs, checkTraining } from "./_golden_check.ts";

const PROMPTS: readonly string[] = [
  "p_tuning-lstm",
  "p_tuning-mlp",
  "prefix_tuning",
  "prefix_tuning-projection",
  "prompt_tuning",
];

const CASES: { readonly [model: string]: readonly string[] } = {
  "gpt2-causal-lm": [
    ...PROMPTS,
    "adaption_prompt",
    "fourierft",
    "ia3",
    "ln_tuning",
    "randlora",
    "vblora",
    "vera",
  ],
  "gpt2-sequence-classification": [...PROMPTS, "ia3"],
  "gpt2-token-classification": ["prefix_tuning", "prefix_tuning-projection"],
};

for (const [modelName, adapters] of Object.entries(CASES)) {
  for (const name of adapters) {
    Deno.test(`${name}: ${modelName} computes what PEFT does`, async (t) => {
      const model = await openModel(modelName);
      const golden = await openCase(model, name);
      await t.step("outputs and gradients", () => checkOutputs(model, golden));
      const { merge } = golden.description as { readonly merge?: { readonly supported: boolean } };
      if (merge?.supported) await t.step("merged weights", () => checkMerged(model, golden));
      await t.step("training", () => checkTraining(model, golden));
    });
  }
}
