import { type Tensor, tensor, type Tree, treeEntries } from "../../mod.ts";
import {
  adapterToFiles,
  combineAdapters,
  type CombineOptions,
  graft,
  type LoraAdapter,
  merge,
} from "../../peft/mod.ts";
import { type GoldenCase, openCase, openModel } from "./_golden_case.ts";
import { checkOutput, checkTensors } from "./_golden_check.ts";

type Weighted = CombineOptions & { readonly weights: readonly number[] };

/** The masks that the reference drew, in its order: by layer, A of both, then B of both. */
function recordedMask(golden: GoldenCase, name: string): NonNullable<CombineOptions["mask"]> {
  return ({ path, part, index }) => {
    const layer = Number(/\.(\d+)\./.exec(path)![1]);
    return golden.io[`mask.${name}.${4 * layer + (part === "A" ? 0 : 2) + index}`]!;
  };
}

for (const name of ["lora-combined", "lora-combined_ranks"]) {
  Deno.test(`graft: ${name} of the goldens, two adapters at once`, async () => {
    const model = await openModel("gpt2-causal-lm");
    const first = await openCase(model, name, "/first");
    const second = await openCase(model, name, "/second");
    const both = graft(graft(model.params, first.adapter), second.adapter);
    await checkOutput(first, "out.first", model.logits(graft(model.params, first.adapter)));
    await checkOutput(first, "out.second", model.logits(graft(model.params, second.adapter)));
    await checkOutput(first, "out.both", model.logits(both));
    const rows = first.description.mixed_rows as readonly string[];
    const weight = (part: string): Tensor => tensor(rows.map((row) => row === part ? 1 : 0));
    const mixed = graft(
      graft(model.params, first.adapter, { weight: weight("first") }),
      second.adapter,
      { weight: weight("second") },
    );
    await checkOutput(first, "out.mixed", model.logits(mixed));
    const merged = merge(merge(model.params, first.adapter), second.adapter);
    await checkTensors(first, "merged.both.", {
      actual: Object.fromEntries(treeEntries(merged as Tree)),
      limit: "gradients",
    });
  });

  Deno.test(`combineAdapters: ${name} of the goldens, by every type`, async (t) => {
    const model = await openModel("gpt2-causal-lm");
    const first = await openCase(model, name, "/first");
    const second = await openCase(model, name, "/second");
    const options = first.description.options as { readonly weighted: Record<string, Weighted> };
    const adapters = [first.adapter, second.adapter] as readonly unknown[] as LoraAdapter[];
    for (const [label, { weights, ...rest }] of Object.entries(options.weighted)) {
      await t.step(label, async () => {
        const mask = recordedMask(first, label);
        const combined = combineAdapters(adapters, weights, { ...rest, mask });
        await checkTensors(first, `weighted.${label}.`, {
          actual: adapterToFiles(combined).tensors,
          limit: "outputs",
        });
        await checkOutput(
          first,
          `out.weighted.${label}`,
          model.logits(graft(model.params, combined)),
        );
      });
    }
  });
}
