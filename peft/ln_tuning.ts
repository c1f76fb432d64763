import {
  add,
  convert,
  type FlatTree,
  type Json,
  sub,
  type Tensor,
  type Tree,
  treeEntries,
  TreeError,
} from "../core/mod.ts";
import { type Adapter, type AdapterConfig, makeAdapter, type ModuleFields } from "./adapter.ts";
import { givenFields, readConfig } from "./_config.ts";
import { LN_TUNING_TARGETS } from "./defaults.ts";
import { type Layout, type LayoutOptions, type Module, modulesOf } from "./layout.ts";
import type { GraftOptions, InitOptions, Method } from "./method.ts";
import { checkModules, checkShape, fieldsFromTensors, moduleTensors } from "./_module_files.ts";
import { graftModules } from "./_module_graft.ts";
import { replacedTensors, scaleReplaced } from "./_replaced.ts";
import { resolveTargets, selectModules, type TargetConfig } from "./targets.ts";

/** LN tuning's configuration. */
export type LnTuningConfig = AdapterConfig & TargetConfig;

/** A trained copy of a norm's tensors. */
export type LnTuningModule = {
  readonly ln_tuning_layers: { readonly weight: Tensor; readonly bias?: Tensor | undefined };
};

/** An LN tuning adapter. */
export type LnTuningAdapter = Adapter<ModuleFields<LnTuningModule>, LnTuningConfig>;

const ACCEPTS: readonly Layout[] = ["other", "linear", "conv1d", "embedding", "conv"];
const NAMES = ["ln_tuning_layers.weight", "ln_tuning_layers.bias"];

/**
 * LN tuning: the norms are trained themselves, nothing else is.
 *
 * @see Zhao et al. 2023, arXiv:2312.11420
 */
export const lnTuning: Method<LnTuningAdapter, LnTuningConfig> = {
  name: "ln_tuning",
  peft_type: "LN_TUNING",
  kind: "weights",
  parseConfig: (json) =>
    readConfig<LnTuningConfig>(json, {
      peft_type: "LN_TUNING",
      target_modules: null,
      exclude_modules: null,
      modules_to_save: null,
    }),
  init: initLnTuning,
  graft: graftLnTuning,
  toTensors: (adapter) => moduleTensors(adapter.fields),
  fromTensors,
};

function initLnTuning(
  _key: Tensor,
  params: Tree,
  options: InitOptions<LnTuningConfig> = {},
): LnTuningAdapter {
  const parsed = lnTuning.parseConfig(givenFields(options) as { readonly [field: string]: Json });
  const config = resolveTargets(parsed, params, { ...options, table: LN_TUNING_TARGETS });
  const selected = selectModules(params, config, { ...options, accepts: ACCEPTS });
  const modules = Object.fromEntries(selected.map((module) => [module.path, copyOf(module)]));
  const replaced = replacedTensors(params, config, Object.keys(modules));
  return makeAdapter("ln_tuning", { modules, replaced }, config);
}

function copyOf({ weight, bias }: Module): LnTuningModule {
  const tensor = weight as Tensor;
  return { ln_tuning_layers: bias ? { weight: tensor, bias } : { weight: tensor } };
}

function graftLnTuning<P extends Tree>(
  params: P,
  adapter: LnTuningAdapter,
  options: GraftOptions = {},
): P {
  const blend = (base: Tree | undefined, tuned: Tensor): Tensor => {
    if (!options.weight) return tuned;
    const before = base as Tensor;
    return convert(add(before, scaleReplaced(sub(tuned, before), options)), tuned.dtype);
  };
  return graftModules(params, adapter.fields, {
    ...options,
    update: (node, { ln_tuning_layers: { weight, bias } }) => ({
      ...node,
      weight: blend(node.weight, weight),
      ...(bias ? { bias: blend(node.bias, bias) } : {}),
    }),
  });
}

function fromTensors(
  config: LnTuningConfig,
  tensors: FlatTree,
  params: Tree,
  options: LayoutOptions = {},
): LnTuningAdapter {
  const target = { params, config };
  const fields = fieldsFromTensors(tensors, NAMES, target) as ModuleFields<LnTuningModule>;
  const selected = selectModules(params, config, { ...options, accepts: ACCEPTS });
  checkModules(Object.keys(fields.modules), selected.map(({ path }) => path));
  const known = modulesOf(params, options);
  for (const [path, { ln_tuning_layers: found }] of Object.entries(fields.modules)) {
    const expected = new Map(treeEntries(copyOf(known.get(path)!).ln_tuning_layers));
    for (const [name, like] of expected) {
      const tensor = found[name as "weight" | "bias"];
      if (!tensor) {
        throw new TreeError(`Cannot read the adapter: "${path}" has no ${name}`, path);
      }
      checkShape(`${path}.${name}`, tensor.shape, like.shape);
    }
  }
  return makeAdapter("ln_tuning", fields, config);
}
