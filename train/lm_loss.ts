import { add, type Tensor, type Tree } from "../core/mod.ts";
import { causalLmLoss } from "../nn/mod.ts";
import { adaloraPenalty, type Adapter, graft } from "../peft/mod.ts";
import { isAdalora } from "./adalora.ts";
import type { LoadedModel } from "./model.ts";
import type { Loss } from "./step.ts";

/** Next-token loss of a model's own parameters. */
export function lmLoss(model: Pick<LoadedModel, "family" | "config">): Loss<Tree> {
  const head = model.family.head("causal-lm");
  return (params, batch, key?: Tensor) => {
    const { labels, ...inputs } = batch;
    return causalLmLoss(head(params, inputs, model.config, { key }).logits, labels);
  };
}

/**
 * Next-token loss of an adapter in a model that stays as it is. In training, which has a key,
 * AdaLoRA's penalty is part of it.
 */
export function adapterLoss(
  model: Pick<LoadedModel, "family" | "config" | "params">,
): Loss<Adapter> {
  const loss = lmLoss(model);
  return (adapter, batch, key) => {
    const value = loss(graft(model.params, adapter, key ? { key } : {}), batch, key);
    return key && isAdalora(adapter) ? add(value, adaloraPenalty(adapter)) : value;
  };
}
