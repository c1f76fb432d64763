import {
  add,
  convert,
  type FlatTree,
  mul,
  type Tensor,
  type Tree,
  TreeError,
  type Weight,
} from "../core/mod.ts";
import { type Adapter, makeAdapter, type ModuleFields } from "./adapter.ts";
import { givenFields } from "./_config.ts";
import { foldInPath } from "./_keys.ts";
import type { Layout, LayoutOptions, Module } from "./layout.ts";
import { type LoraConfig, parseLoraConfig } from "./lora_config.ts";
import { factorShapes, initModule, type LoraModule, rankOf, scaleOf } from "./_lora_init.ts";
import { loraWeight } from "./lora_weight.ts";
import type { GraftOptions, InitOptions, Method } from "./method.ts";
import { checkModules, checkShape, fieldsFromTensors, moduleTensors } from "./_module_files.ts";
import { graftModules } from "./_module_graft.ts";
import { replacedTensors, scaleReplaced } from "./_replaced.ts";
import { resolveTargets, selectModules } from "./targets.ts";

export type { LoraModule };

/** A LoRA adapter: factors by module path, and the base tensors that are trained themselves. */
export type LoraAdapter = Adapter<ModuleFields<LoraModule>, LoraConfig>;

const ACCEPTS: readonly Layout[] = ["linear", "conv1d", "embedding", "conv"];
const NAMES = [
  "lora_A.weight",
  "lora_B.weight",
  "lora_B.bias",
  "lora_embedding_A",
  "lora_embedding_B",
  "lora_magnitude_vector",
];

/**
 * LoRA: every targeted weight W becomes W + s·B·A with small factors B [out, r] and A [r, in], which
 * are trained while W is not. s is lora_alpha / r.
 *
 * The variants are options of its configuration: rank-stabilised scaling (`use_rslora`), DoRA
 * (`use_dora`), PiSSA and OLoRA (`init_lora_weights`), ranks and alphas of single modules.
 *
 * @see Hu et al. 2021, arXiv:2106.09685
 * @example An adapter for one layer
 * ```ts
 * import { key, tensor } from "../mod.ts";
 * import { graft, lora } from "./mod.ts";
 * const params = { q_proj: { weight: tensor([[1, 2], [3, 4]]) } };
 * const adapter = lora.init(key(0), params, { r: 1, target_modules: ["q_proj"] });
 * const adapted = graft(params, adapter);
 * if (!("kind" in adapted.q_proj.weight)) throw new Error("not adapted");
 * ```
 */
export const lora: Method<LoraAdapter, LoraConfig> = {
  name: "lora",
  peft_type: "LORA",
  kind: "weights",
  parseConfig: parseLoraConfig,
  init: initLora,
  graft: graftLora,
  toTensors: (adapter) => moduleTensors(adapter.fields),
  fromTensors,
};

function initLora(
  key: Tensor,
  params: Tree,
  options: InitOptions<LoraConfig> = {},
): LoraAdapter {
  const config = resolveTargets(parseLoraConfig(givenFields(options)), params, options);
  const selected = selectModules(params, config, { ...options, accepts: ACCEPTS });
  const modules = Object.fromEntries(selected.map((module) => [
    module.path,
    initModule(foldInPath(key, module.path), module, config),
  ]));
  const replaced = replacedTensors(params, config, Object.keys(modules));
  const hasConv1d = selected.some(({ layout }) => layout === "conv1d");
  return makeAdapter("lora", { modules, replaced }, { ...config, fan_in_fan_out: hasConv1d });
}

function graftLora<P extends Tree>(
  params: P,
  adapter: LoraAdapter,
  options: GraftOptions = {},
): P {
  return graftModules(params, adapter.fields, {
    ...options,
    update: (node, tensors, module) => {
      const weight = graftWeight(module, tensors, adapter.statics, options);
      const bias = tensors.lora_B?.bias;
      if (!bias) return { ...node, weight };
      const scaled = mul(scaleOf(adapter.statics, module.path), scaleReplaced(bias, options));
      return { ...node, weight, bias: addBias(node.bias, scaled) };
    },
  });
}

function graftWeight(
  module: Module,
  tensors: LoraModule,
  config: LoraConfig,
  options: GraftOptions,
): Weight {
  const { key, weight: amount } = options;
  const fields = {
    base: module.weight,
    ...factorsOf(tensors),
    magnitude: tensors.lora_magnitude_vector,
    key: key && config.lora_dropout > 0 ? foldInPath(key, module.path) : undefined,
    amount,
  };
  return loraWeight(fields, {
    scale: scaleOf(config, module.path),
    layout: module.layout,
    dropout: config.lora_dropout,
    tied: config.ensure_weight_tying,
  });
}

/** B's bias does not depend on the input, so it is one with the bias of the layer. */
function addBias(base: Tree | undefined, bias: Tensor): Tensor {
  return base === undefined ? bias : add(base as Tensor, convert(bias, (base as Tensor).dtype));
}

/** A and B of a module, whatever its layout calls them. */
export function factorsOf(
  tensors: LoraModule,
): { readonly lora_A: Tensor; readonly lora_B: Tensor } {
  return {
    lora_A: (tensors.lora_A?.weight ?? tensors.lora_embedding_A)!,
    lora_B: (tensors.lora_B?.weight ?? tensors.lora_embedding_B)!,
  };
}

function fromTensors(
  config: LoraConfig,
  tensors: FlatTree,
  params: Tree,
  options: LayoutOptions = {},
): LoraAdapter {
  const fields = fieldsFromTensors(tensors, NAMES, { params, config }) as ModuleFields<LoraModule>;
  const selected = selectModules(params, config, { ...options, accepts: ACCEPTS });
  checkModules(Object.keys(fields.modules), selected.map(({ path }) => path));
  for (const module of selected) {
    const { A, B } = factorShapes(module, rankOf(config, module.path));
    const { lora_A, lora_B } = factorsOf(fields.modules[module.path]!);
    if (!lora_A || !lora_B) {
      throw new TreeError(
        `Cannot read the adapter: "${module.path}" has only one of its factors A and B`,
        module.path,
      );
    }
    checkShape(`${module.path}.lora_A`, lora_A.shape, A);
    checkShape(`${module.path}.lora_B`, lora_B.shape, B);
  }
  return makeAdapter("lora", fields, config);
}
