import { concatenate, convert, dense, neg, sub, type Tensor, type Tree } from "../core/mod.ts";
import { makeAdapter } from "./adapter.ts";
import { graftModules } from "./_module_graft.ts";
import type { LayoutOptions } from "./layout.ts";
import { factorsOf, type LoraAdapter } from "./lora.ts";
import { loraDelta } from "./_lora_delta.ts";
import { decompose, isDecomposition } from "./_lora_factors.ts";
import { type LoraModule, normalizeInit, rankOf, scaleOf } from "./_lora_init.ts";

/**
 * The base that an adapter made by PiSSA or OLoRA goes with: each weight less what its decomposition
 * put into the adapter. For other adapters it is `params`.
 *
 * Compute it once and graft on it: `graft(residual(params, adapter), adapter)`. It depends on the
 * weights and the configuration alone, so it serves a trained adapter as well as a fresh one.
 */
export function residual<P extends Tree>(
  params: P,
  adapter: LoraAdapter,
  options: LayoutOptions = {},
): P {
  const { statics: config, fields } = adapter;
  const init = normalizeInit(config.init_lora_weights);
  if (!isDecomposition(init)) return params;
  return graftModules(params, { modules: fields.modules, replaced: {} }, {
    ...options,
    update: (node, _tensors, module) => {
      const scale = scaleOf(config, module.path);
      const factors = decompose(module, init, { r: rankOf(config, module.path), scale });
      const weight = dense(module.weight);
      const delta = loraDelta(factors, { scale, layout: module.layout });
      return { ...node, weight: convert(sub(weight, delta), weight.dtype) };
    },
  });
}

/**
 * A trained PiSSA or OLoRA adapter as a plain one of twice the rank, for the original base:
 * A' = [A; A₀], B' = [B, -B₀]. Anything that reads LoRA can use it.
 *
 * @param initial the adapter as it was before training
 */
export function toPlainLora(adapter: LoraAdapter, initial: LoraAdapter): LoraAdapter {
  const config = adapter.statics;
  const modules: { [path: string]: LoraModule } = {};
  const rank_pattern: { [key: string]: number } = {};
  const alpha_pattern: { [key: string]: number } = {};
  for (const [path, tensors] of Object.entries(adapter.fields.modules)) {
    const { lora_A, lora_B } = factorsOf(tensors);
    const start = factorsOf(initial.fields.modules[path]!);
    const weight = (parts: readonly Tensor[], axis: number): { readonly weight: Tensor } => ({
      weight: concatenate(parts, { axis }),
    });
    modules[path] = {
      lora_A: weight([lora_A, start.lora_A], 0),
      lora_B: weight([lora_B, neg(start.lora_B)], 1),
    };
    // The scale stays: alpha is what gives it with the new rank, whatever rule made it.
    const key = `^${path.replaceAll(".", "\\.")}`;
    const r = 2 * rankOf(config, path);
    const plain = r === 2 * config.r && scaleOf(config, path) === config.lora_alpha / config.r;
    if (plain) continue;
    rank_pattern[key] = r;
    alpha_pattern[key] = r * scaleOf(config, path);
  }
  return makeAdapter("lora", { modules, replaced: adapter.fields.replaced }, {
    ...config,
    r: 2 * config.r,
    lora_alpha: 2 * config.lora_alpha,
    use_rslora: false,
    init_lora_weights: true,
    rank_pattern,
    alpha_pattern,
  });
}
