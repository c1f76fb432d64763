import { assert, assertEquals, assertThrows } from "@std/assert";
import { add, jit, key, setDevice, type Tensor, zeros } from "../../mod.ts";
import { valueAndGrad } from "../../autodiff/mod.ts";
import { adamw } from "../../optim/mod.ts";
import {
  adalora,
  type AdaloraAdapter,
  adaloraAllocate,
  adaloraFinish,
  adaloraOrthogonality,
  adaloraPenalty,
  adaloraState,
  adapterFromFiles,
  adapterToFiles,
  graft,
  pruningSchedule,
} from "../../peft/mod.ts";
import { relativeError } from "../golden/compare.ts";
import { openCase, openModel } from "./_golden_case.ts";
import { checkMerged, checkOutput, checkTensors } from "./_golden_check.ts";

setDevice("reference");

const MODELS = ["gpt2-causal-lm", "gpt2-sequence-classification", "gpt2-token-classification"];

for (const name of MODELS) {
  Deno.test(`adalora: ${name} computes what PEFT does`, async () => {
    const model = await openModel(name);
    const golden = await openCase(model, "adalora");
    let adapter = golden.adapter as unknown as AdaloraAdapter;
    const loss = (adapter: AdaloraAdapter): Tensor =>
      add(model.loss(graft(model.params, adapter)), adaloraPenalty(adapter));
    const step = jit(valueAndGrad(loss));
    await checkOutput(golden, "out.logits", model.logits(graft(model.params, adapter)));
    await checkOutput(golden, "out.orthogonality", adaloraOrthogonality(adapter));
    const { value, grad } = step(adapter);
    await checkOutput(golden, "out.loss", value);
    const { tensors } = adapterToFiles(grad);
    await checkTensors(golden, "grad.", { actual: tensors, limit: "gradients" });
    await checkMerged(model, golden);

    const optimizer = adamw(0.01, { eps: 1e-6, weightDecay: 0.01 });
    let moments = optimizer.init(adapter);
    let state = adaloraState(adapter);
    const losses: number[] = [];
    const ranks: number[][] = [];
    for (let i = 0; i < Number(golden.description.steps); i++) {
      const { value, grad } = step(adapter);
      losses.push(await value.item());
      [adapter, moments] = optimizer.update(grad, moments, adapter);
      [adapter, state] = adaloraAllocate(adapter, grad, state);
      ranks.push(
        await Promise.all(
          Object.values(adapter.fields.modules).map(async ({ lora_E }) => {
            return [...await lora_E.data()].filter((e) => e !== 0).length;
          }),
        ),
      );
    }
    losses.push(await step(adapter).value.item());
    assert(relativeError(losses, await golden.io["train.loss"]!.data()) < 1e-4, `${losses}`);
    const finished = await adaloraFinish(adapter, state);
    for (const [m, path] of Object.keys(adapter.fields.modules).entries()) {
      const expected = await golden.io[`alloc.rank.base_model.model.${path}`]!.data();
      assertEquals(ranks.map((row) => row[m]), [...expected], path);
    }
    const files = adapterToFiles(finished);
    await checkTensors(golden, "after.", { actual: files.tensors, limit: "gradients" });
    adapterFromFiles(files, model.params);
  });
}

const PARAMS = { q: { weight: zeros([4, 3]) } };

Deno.test("pruningSchedule: goes from init_r to target_r", () => {
  const options = { target_modules: ["q"], init_r: 4, target_r: 2, total_step: 8, tinit: 1 };
  const { statics } = adalora.init(key(0), PARAMS, { ...options, tfinal: 2 });
  assertEquals(pruningSchedule(statics, 2), [0, 0, 2, 4, 4, 4, 4, 4]);
  const open = adalora.init(key(0), PARAMS, { target_modules: ["q"] });
  assertThrows(() => pruningSchedule(open.statics, 2), TypeError, "total_step is not set");
  assertThrows(
    () => adalora.init(key(0), PARAMS, { ...options, tfinal: 7 }),
    RangeError,
    "Cannot use total_step 8",
  );
});
