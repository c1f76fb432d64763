import {
  type FlatTree,
  type Json,
  mul,
  normal,
  ones,
  type Tensor,
  type Tree,
  weightShape,
} from "../core/mod.ts";
import { type Adapter, type AdapterConfig, makeAdapter, type ModuleFields } from "./adapter.ts";
import { givenFields, readConfig } from "./_config.ts";
import { IA3_FEEDFORWARD, IA3_TARGETS } from "./defaults.ts";
import { ia3Gain, ia3Weight } from "./ia3_weight.ts";
import { foldInPath } from "./_keys.ts";
import type { Layout, LayoutOptions, Module } from "./layout.ts";
import type { GraftOptions, InitOptions, Method } from "./method.ts";
import { checkModules, checkShape, fieldsFromTensors, moduleTensors } from "./_module_files.ts";
import { graftModules } from "./_module_graft.ts";
import { fullMatch } from "./_patterns.ts";
import { replacedTensors } from "./_replaced.ts";
import { modelTypeOf, resolveTargets, selectModules, type TargetConfig } from "./targets.ts";

/** (IA)³'s configuration. */
export type Ia3Config = AdapterConfig & TargetConfig & {
  /** Which of the targets scale their input instead of their output. */
  readonly feedforward_modules: string | readonly string[] | null;
  readonly fan_in_fan_out: boolean;
  readonly init_ia3_weights: boolean;
};

/** One gain a feature: [out, 1] or, in feed-forward modules, [1, in]. */
export type Ia3Module = { readonly ia3_l: Tensor };

/** An (IA)³ adapter. */
export type Ia3Adapter = Adapter<ModuleFields<Ia3Module>, Ia3Config>;

const ACCEPTS: readonly Layout[] = ["linear", "conv1d", "conv"];

/**
 * (IA)³: a trained gain for each output of a layer, l ⊙ (x Wᵀ + b), or in feed-forward modules for
 * each input, (l ⊙ x) Wᵀ + b. The gains start at one.
 *
 * @see Liu et al. 2022, arXiv:2205.05638
 */
export const ia3: Method<Ia3Adapter, Ia3Config> = {
  name: "ia3",
  peft_type: "IA3",
  kind: "weights",
  parseConfig,
  init: initIa3,
  graft: graftIa3,
  toTensors: (adapter) => moduleTensors(adapter.fields),
  fromTensors,
};

function parseConfig(json: { readonly [field: string]: Json }): Ia3Config {
  return readConfig<Ia3Config>(json, {
    peft_type: "IA3",
    target_modules: null,
    exclude_modules: null,
    feedforward_modules: null,
    fan_in_fan_out: false,
    init_ia3_weights: true,
    modules_to_save: null,
  });
}

function initIa3(key: Tensor, params: Tree, options: InitOptions<Ia3Config> = {}): Ia3Adapter {
  const parsed = parseConfig(givenFields(options));
  const model_type = modelTypeOf(options) ?? "";
  const feedforward_modules = parsed.feedforward_modules ?? IA3_FEEDFORWARD[model_type] ?? [];
  const config = {
    ...resolveTargets(parsed, params, { ...options, table: IA3_TARGETS }),
    feedforward_modules,
  };
  const selected = selectModules(params, config, { ...options, accepts: ACCEPTS });
  const modules = Object.fromEntries(selected.map((module) => {
    const shape = gainShape(module, isFeedforward(config, module.path));
    const noise = (): Tensor => normal(foldInPath(key, module.path), shape);
    return [module.path, { ia3_l: config.init_ia3_weights ? ones(shape) : noise() }];
  }));
  const replaced = replacedTensors(params, config, Object.keys(modules));
  return makeAdapter("ia3", { modules, replaced }, config);
}

function graftIa3<P extends Tree>(
  params: P,
  adapter: Ia3Adapter,
  options: GraftOptions = {},
): P {
  return graftModules(params, adapter.fields, {
    ...options,
    update: (node, { ia3_l }, module) => {
      const feedforward = isFeedforward(adapter.statics, module.path);
      const fields = { base: module.weight, ia3_l, amount: options.weight };
      const weight = ia3Weight(fields, { feedforward, layout: module.layout });
      if (feedforward || !module.bias) return { ...node, weight };
      // The gain is on the whole output, so on the bias too.
      return { ...node, weight, bias: mul(ia3Gain(fields, 1), module.bias) };
    },
  });
}

/** As in PEFT, a name need not begin at a dot to end with an entry. */
function isFeedforward(config: Ia3Config, path: string): boolean {
  const { feedforward_modules: names } = config;
  if (names === null) return false;
  if (typeof names === "string") return fullMatch(names, path);
  return names.some((name) => path.endsWith(name));
}

function gainShape(module: Module, feedforward: boolean): readonly number[] {
  const shape = weightShape(module.weight);
  const [out, inputs] = module.layout === "conv1d" ? [shape[1]!, shape[0]!] : shape;
  if (module.layout === "conv") {
    return [1, feedforward ? inputs! : out!, ...shape.slice(2).map(() => 1)];
  }
  return feedforward ? [1, inputs!] : [out!, 1];
}

function fromTensors(
  config: Ia3Config,
  tensors: FlatTree,
  params: Tree,
  options: LayoutOptions = {},
): Ia3Adapter {
  const target = { params, config };
  const fields = fieldsFromTensors(tensors, ["ia3_l"], target) as ModuleFields<Ia3Module>;
  const selected = selectModules(params, config, { ...options, accepts: ACCEPTS });
  checkModules(Object.keys(fields.modules), selected.map(({ path }) => path));
  for (const module of selected) {
    const shape = gainShape(module, isFeedforward(config, module.path));
    checkShape(`${module.path}.ia3_l`, fields.modules[module.path]!.ia3_l.shape, shape);
  }
  return makeAdapter("ia3", fields, config);
}
