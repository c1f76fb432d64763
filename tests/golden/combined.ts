import { type Tensor, tensor, type Tree, treeEntries } from "../../mod.ts";
import type { TextInputs } from "../../models/mod.ts";
import {
  type Adapter,
  adapterToFiles,
  combineAdapters,
  type CombineOptions,
  graft,
  type LoraAdapter,
  merge,
} from "../../peft/mod.ts";
import { readAdapter } from "./adapters.ts";
import type { ModelCase, Report } from "./models.ts";
import type { TensorFile } from "./tensors.ts";

type Weighted = CombineOptions & { readonly weights: readonly number[] };

/** Checks two adapters: one at a time, both, one for every row, and weighted into a new one. */
export async function checkCombined(
  one: ModelCase,
  inputs: TextInputs,
  report: Report,
): Promise<void> {
  const { dir, io, model, task, file } = one;
  const logits = (params: Tree): Tensor =>
    model.family.head(task)(params, inputs, model.config).logits;
  const first = await readAdapter(`${dir}/first`, model.params, io);
  const second = await readAdapter(`${dir}/second`, model.params, io);
  await report.output("out.first", logits(graft(model.params, first)));
  await report.output("out.second", logits(graft(model.params, second)));
  await report.output("out.both", logits(graft(graft(model.params, first), second)));
  const { rows } = file.options as { readonly rows: readonly string[] };
  const only = (params: Tree, adapter: Adapter, name: string): Tree =>
    graft(params, adapter, { weight: tensor(rows.map((row) => row === name ? 1 : 0)) });
  const mixed = only(only(model.params, first, "first"), second, "second");
  await report.output("out.mixed", logits(mixed));
  const merged = merge(merge(model.params, first), second);
  for (const [path, weight] of treeEntries(merged)) {
    await report.output(`merged.both.${path}`, weight);
  }
  const { weighted } = file.options as { readonly weighted: Record<string, Weighted> };
  const adapters = [first, second] as readonly Adapter[] as readonly LoraAdapter[];
  for (const [name, { weights, ...rest }] of Object.entries(weighted)) {
    const combined = combineAdapters(adapters, weights, { ...rest, mask: masksOf(io, name) });
    for (const [path, part] of Object.entries(adapterToFiles(combined).tensors)) {
      await report.output(`weighted.${name}.${path}`, part);
    }
    await report.output(`out.weighted.${name}`, logits(graft(model.params, combined)));
  }
}

/** The masks that the reference drew, in its order: by layer, A of both, then B of both. */
function masksOf(io: TensorFile, name: string): NonNullable<CombineOptions["mask"]> {
  return ({ path, part, index }) => {
    const layer = Number(/\.(\d+)\./.exec(path)![1]);
    return io.get(`mask.${name}.${4 * layer + (part === "A" ? 0 : 2) + index}`);
  };
}
