import {
  type Fields,
  type FlatTree,
  type Json,
  type Shape,
  type Tensor,
  type Tree,
  treeEntries,
  type Weight,
} from "../core/mod.ts";
import { type Adapter, makeAdapter, type ModuleFields } from "./adapter.ts";
import { givenFields, readConfig } from "./_config.ts";
import { LORA_TARGETS, type TargetTable } from "./defaults.ts";
import { entriesWithFrozen, frozen } from "./_frozen.ts";
import { foldInPath } from "./_keys.ts";
import type { Layout, LayoutOptions, Module } from "./layout.ts";
import type { GraftOptions, InitOptions, Method } from "./method.ts";
import { checkModules, checkShape, fieldsFromTensors, moduleTensors } from "./_module_files.ts";
import { graftModules } from "./_module_graft.ts";
import { replacedTensors } from "./_replaced.ts";
import { initShared, sharedFromTensors, type SharedSpec, sharedTensors } from "./_shared.ts";
import { type ModuleConfig, resolveTargets, selectModules } from "./targets.ts";

/** What is peculiar to a method that adapts the weight of each module by itself. */
export type ModuleSpec<M extends Fields, C extends ModuleConfig> = {
  readonly name: string;
  readonly peft_type: string;
  /** The method's own fields of the configuration, with their defaults. */
  readonly fields: { readonly [field: string]: Json };
  /** Fields of PEFT that have no effect here. */
  readonly ignored?: readonly string[];
  readonly accepts: readonly Layout[];
  readonly targets?: TargetTable;
  /** Throws for values that cannot be. */
  check?(config: C): void;
  /** Names below a module, as in PEFT's file, with the shapes of the tensors. */
  shapes(module: Module, config: C): { readonly [name: string]: Shape };
  /** Those of the names whose tensors are not trained. */
  readonly frozen?: readonly string[];
  /** Tensors that all modules use. */
  readonly shared?: SharedSpec<C>;
  init(key: Tensor, module: Module, config: C): M;
  /** The weight that takes the place of the module's. */
  weight(module: Module, tensors: M, config: C, options: ModuleOptions): Weight;
  /** Between the tensors of the adapter and those of files, where the two differ. */
  readonly files?: {
    pack(tensors: FlatTree, config: C): FlatTree;
    unpack(tensors: FlatTree, config: C): FlatTree;
  };
};

/** Options of `graft`, and the tensors that all modules use. */
export type ModuleOptions = GraftOptions & { readonly shared: FlatTree };

const COMMON = {
  target_modules: null,
  exclude_modules: null,
  layers_to_transform: null,
  layers_pattern: null,
  modules_to_save: null,
} as const;

type JsonRecord = { readonly [field: string]: Json };

/** A method from what is peculiar to it. */
export function moduleMethod<M extends Fields, C extends ModuleConfig>(
  spec: ModuleSpec<M, C>,
): Method<Adapter<ModuleFields<M>, C>, C> {
  return {
    name: spec.name,
    peft_type: spec.peft_type,
    kind: "weights",
    parseConfig: (json) => parseConfig(spec, json),
    init: (key, params, options = {}) => initAdapter(spec, key, { params, options }),
    graft: <P extends Tree>(params: P, adapter: Adapter<ModuleFields<M>, C>, options = {}): P => {
      const shared = Object.fromEntries(entriesWithFrozen(adapter.fields.shared ?? {}));
      return graftModules(params, adapter.fields, {
        ...options,
        update: (node, tensors, module) => ({
          ...node,
          weight: spec.weight(module, tensors, adapter.statics, { ...options, shared }),
        }),
      });
    },
    toTensors: ({ fields, statics }) => {
      const shared = spec.shared && sharedTensors(spec.shared, fields.shared!, statics);
      const tensors = { ...shared, ...moduleTensors(fields) };
      return spec.files ? spec.files.pack(tensors, statics) : tensors;
    },
    fromTensors: (config, tensors, params, options = {}) => {
      const unpacked = spec.files ? spec.files.unpack(tensors, config) : tensors;
      return adapterFromTensors(spec, unpacked, { ...options, params, config });
    },
  };
}

function parseConfig<M extends Fields, C extends ModuleConfig>(
  { peft_type, fields, ignored, check }: ModuleSpec<M, C>,
  json: JsonRecord,
): C {
  const config = readConfig<C>(json, { peft_type, ...COMMON, ...fields }, ignored);
  check?.(config);
  return config;
}

function initAdapter<M extends Fields, C extends ModuleConfig>(
  spec: ModuleSpec<M, C>,
  key: Tensor,
  { params, options }: { readonly params: Tree; readonly options: InitOptions<C> },
): Adapter<ModuleFields<M>, C> {
  const table = spec.targets ?? LORA_TARGETS;
  const parsed = parseConfig(spec, givenFields(options) as JsonRecord);
  const config = resolveTargets(parsed, params, { ...options, table });
  const selected = selectModules(params, config, { ...options, accepts: spec.accepts });
  const modules = Object.fromEntries(selected.map((module) => [
    module.path,
    spec.init(foldInPath(key, module.path), module, config),
  ]));
  const replaced = replacedTensors(params, config, Object.keys(modules));
  const shared = spec.shared && initShared(spec.shared, key, { modules: selected, config });
  return makeAdapter(spec.name, fieldsOf({ modules, replaced }, shared), config);
}

/** @throws {TreeError} naming a tensor that is missing, surplus or of another shape */
function adapterFromTensors<M extends Fields, C extends ModuleConfig>(
  spec: ModuleSpec<M, C>,
  tensors: FlatTree,
  { params, config, ...options }: LayoutOptions & { readonly params: Tree; readonly config: C },
): Adapter<ModuleFields<M>, C> {
  const selected = selectModules(params, config, { ...options, accepts: spec.accepts });
  const { shared, rest } = spec.shared
    ? sharedFromTensors(spec.shared, tensors, { modules: selected, config })
    : { shared: undefined, rest: tensors };
  const names = [...new Set(selected.flatMap((m) => Object.keys(spec.shapes(m, config))))];
  const found = fieldsFromTensors(rest, names, { params, config });
  checkModules(Object.keys(found.modules), selected.map(({ path }) => path));
  for (const module of selected) {
    for (const [tensor, shape] of Object.entries(spec.shapes(module, config))) {
      const like = new Map(treeEntries(found.modules[module.path]!)).get(tensor);
      checkShape(`${module.path}.${tensor}`, like?.shape ?? [], shape);
    }
  }
  const fields = { ...found, modules: freezeNamed(found.modules, spec.frozen ?? []) };
  return makeAdapter(spec.name, fieldsOf(fields as ModuleFields<M>, shared), config);
}

function fieldsOf<M extends Fields>(
  fields: ModuleFields<M>,
  shared: Fields | undefined,
): ModuleFields<M> {
  return shared ? { ...fields, shared } : fields;
}

function freezeNamed(
  modules: ModuleFields["modules"],
  names: readonly string[],
): ModuleFields["modules"] {
  const freeze = (tensors: Fields): Fields => {
    const entries = Object.entries(tensors);
    return Object.fromEntries(
      entries.map(([name, x]) => [name, names.includes(name) ? frozen(x as Tensor) : x]),
    );
  };
  return Object.fromEntries(Object.entries(modules).map(([path, one]) => [path, freeze(one)]));
}
