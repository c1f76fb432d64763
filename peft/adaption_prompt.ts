import {
  type FlatTree,
  type Json,
  mul,
  normal,
  reshape,
  type Shape,
  type Tensor,
  type Tree,
  TreeError,
  zeros,
} from "../core/mod.ts";
import { type Adapter, type AdapterConfig, makeAdapter, type ModuleFields } from "./adapter.ts";
import { asPositiveInteger, givenFields, readConfig } from "./_config.ts";
import { defaultTargets, type TargetTable } from "./defaults.ts";
import { foldInPath } from "./_keys.ts";
import { type LayoutOptions, modulesOf, updateModules } from "./layout.ts";
import { join, lastName } from "./_paths.ts";
import type { GraftOptions, InitOptions, Method } from "./method.ts";
import { checkModules, checkShape, fieldsFromTensors, moduleTensors } from "./_module_files.ts";
import { sidesOf } from "./_sides.ts";
import { modelTypeOf } from "./targets.ts";

/** LLaMA-Adapter's configuration. */
export type AdaptionPromptConfig = AdapterConfig & {
  /** Name of the attention modules; that of the model by default. */
  readonly target_modules: string | null;
  /** Length of the prompts. */
  readonly adapter_len: number;
  /** How many layers have one, counted from the last. */
  readonly adapter_layers: number;
};

/** The prompt of a layer, [1, adapter_len, D], and how much it counts, [1]. */
export type AdaptionPromptModule = {
  readonly adaption_prompt: Tensor;
  readonly adaption_gate: Tensor;
};

/** An adapter of LLaMA-Adapter; `modules` are attentions by path. */
export type AdaptionPromptAdapter = Adapter<
  ModuleFields<AdaptionPromptModule>,
  AdaptionPromptConfig
>;

const TARGETS: TargetTable = { gpt2: "attn", llama: "self_attn", mistral: "self_attn" };
/** Projections to keys: they tell an attention module, and how wide a prompt is. */
const KEY_PROJECTIONS = ["c_attn", "k_proj"];
const NAMES = ["adaption_prompt", "adaption_gate"];

/**
 * LLaMA-Adapter: the attention of the last layers also looks at a trained prompt, through its own
 * projections and a softmax apart, and adds what it finds times a gate that starts at zero.
 *
 * @see Zhang et al. 2023, arXiv:2303.16199
 */
export const adaptionPrompt: Method<AdaptionPromptAdapter, AdaptionPromptConfig> = {
  name: "adaption_prompt",
  peft_type: "ADAPTION_PROMPT",
  kind: "inputs",
  parseConfig,
  init: initAdaptionPrompt,
  graft: graftAdaptionPrompt,
  toTensors: (adapter) => moduleTensors(adapter.fields),
  fromTensors,
};

function parseConfig(json: { readonly [field: string]: Json }): AdaptionPromptConfig {
  const config = readConfig<AdaptionPromptConfig>(json, {
    peft_type: "ADAPTION_PROMPT",
    target_modules: null,
    adapter_len: 0,
    adapter_layers: 0,
  });
  asPositiveInteger("adapter_len", config.adapter_len);
  asPositiveInteger("adapter_layers", config.adapter_layers);
  const { target_modules: target } = config;
  if (target === null || typeof target === "string") return config;
  throw new TypeError(
    `Cannot use target_modules ${JSON.stringify(target)}: it is one name of attention modules, ` +
      `such as "self_attn"`,
  );
}

function initAdaptionPrompt(
  key: Tensor,
  params: Tree,
  options: InitOptions<AdaptionPromptConfig> = {},
): AdaptionPromptAdapter {
  const parsed = parseConfig(givenFields(options) as { readonly [field: string]: Json });
  const target = parsed.target_modules ?? defaultTargets(modelTypeOf(options), TARGETS) as string;
  const config = { ...parsed, target_modules: target };
  const modules = [...promptShapes(params, config, options)].map(([path, shape]) => {
    const adaption_prompt = normal(foldInPath(key, path), shape);
    return [path, { adaption_prompt, adaption_gate: zeros([1]) }] as const;
  });
  const fields = { modules: Object.fromEntries(modules), replaced: {} };
  return makeAdapter("adaption_prompt", fields, config);
}

/** Two leaves beside the projections of each attention; the gate has the weight of the adapter. */
function graftAdaptionPrompt<P extends Tree>(
  params: P,
  { fields, statics }: AdaptionPromptAdapter,
  options: GraftOptions = {},
): P {
  const known = promptShapes(params, statics, options);
  const lost = Object.keys(fields.modules).find((path) => !known.has(path));
  if (lost !== undefined) {
    throw new TreeError(
      `Cannot graft an adapter on "${lost}": the model has no such attention; ` +
        `use the model that the adapter was made for`,
      lost,
    );
  }
  return updateModules(params, Object.keys(fields.modules), (node, path) => {
    const { adaption_prompt, adaption_gate: gate } = fields.modules[path]!;
    const adaption_gate = options.weight ? mul(perHead(options.weight), gate) : gate;
    return { ...node, adaption_prompt, adaption_gate };
  });
}

/** [B] as [B, 1, 1, 1]: what the gate multiplies is [B, H, T, K]. A scalar as it is. */
function perHead(weight: Tensor): Tensor {
  return weight.shape.length === 0 ? weight : reshape(weight, [weight.shape[0]!, 1, 1, 1]);
}

function fromTensors(
  config: AdaptionPromptConfig,
  tensors: FlatTree,
  params: Tree,
  options: LayoutOptions = {},
): AdaptionPromptAdapter {
  const target = { params, config: { modules_to_save: null } };
  const fields = fieldsFromTensors(tensors, NAMES, target);
  const shapes = promptShapes(params, config, options);
  checkModules(Object.keys(fields.modules), [...shapes.keys()]);
  for (const [path, shape] of shapes) {
    const found = fields.modules[path] as Partial<AdaptionPromptModule>;
    checkShape(join(path, "adaption_prompt"), found.adaption_prompt?.shape ?? [], shape);
    checkShape(join(path, "adaption_gate"), found.adaption_gate?.shape ?? [], [1]);
  }
  return makeAdapter("adaption_prompt", fields as ModuleFields<AdaptionPromptModule>, config);
}

/**
 * Shapes of the prompts by the paths of their attentions: the last `adapter_layers` of the model.
 *
 * @throws {RangeError} if the model has fewer of that name
 */
function promptShapes(
  params: Tree,
  config: AdaptionPromptConfig,
  options: LayoutOptions,
): ReadonlyMap<string, Shape> {
  const { target_modules: target, adapter_layers: layers, adapter_len: length } = config;
  const shapes = [...modulesOf(params, options).values()].flatMap((module) => {
    const path = module.path.slice(0, -lastName(module.path).length - 1);
    const isKey = KEY_PROJECTIONS.includes(lastName(module.path));
    if (!isKey || !path.endsWith(`.${target}`)) return [];
    return [[path, [1, length, sidesOf(module)[0]]] as const];
  });
  if (shapes.length >= layers) return new Map(shapes.slice(-layers));
  throw new RangeError(
    `Cannot put prompts into ${layers} layers: the model has ${shapes.length} attentions called ` +
      `"${target}"; choose fewer adapter_layers or another target_modules`,
  );
}
