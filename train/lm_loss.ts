import type { Tensor, Tree } from "../core/mod.ts";
import { causalLmLoss } from "../nn/mod.ts";
import { type Adapter, graft } from "../peft/mod.ts";
import type { LoadedModel } from "./model_folder.ts";
import type { Loss } from "./step.ts";

/** Next-token loss of a model's own parameters. */
export function lmLoss(model: LoadedModel): Loss<Tree> {
  const head = model.family.head("causal-lm");
  return (params, batch, key?: Tensor) => {
    const { labels, ...inputs } = batch;
    return causalLmLoss(head(params, inputs, model.config, { key }).logits, labels);
  };
}

/** Next-token loss of an adapter in a model that stays as it is. */
export function adapterLoss(model: LoadedModel): Loss<Adapter> {
  const loss = lmLoss(model);
  return (adapter, batch, key) =>
    loss(graft(model.params, adapter, key ? { key } : {}), batch, key);
}
