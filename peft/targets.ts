import type { Tree } from "../core/mod.ts";
import type { AdapterConfig } from "./adapter.ts";
import { defaultTargets, type TargetTable } from "./defaults.ts";
import { type Layout, type Module, modulesOf } from "./layout.ts";
import { lastName } from "./_paths.ts";
import type { InitContext } from "./method.ts";
import { fullMatch, matchesSuffix } from "./_patterns.ts";

/** The fields of a configuration that say which modules are adapted. */
export type TargetConfig = {
  /** Names (whole or after a dot), one regular expression for whole names, or "all-linear". */
  readonly target_modules: string | readonly string[] | null;
  readonly exclude_modules: string | readonly string[] | null;
  /** Only these layers of the stack; names given in full are not held to it. */
  readonly layers_to_transform?: number | readonly number[] | null;
  /** Name of the list that holds the layers, where the first number of a path is not it. */
  readonly layers_pattern?: string | readonly string[] | null;
  readonly modules_to_save: readonly string[] | null;
  readonly task_type: string | null;
};

/** What the configurations of methods that adapt weights have in common. */
export type ModuleConfig = AdapterConfig & TargetConfig & {
  /** "none", "all", or "<method>_only". */
  readonly bias?: string;
};

/** Output layers of language models: not part of "all-linear". */
const OUTPUT_LAYERS = ["lm_head", "embed_out", "output_layer"];
const HEADS = ["score", "classifier"];

/** Whether `config` targets the module `name` of some model. */
export function isTargeted(name: string, config: TargetConfig): boolean {
  const { target_modules: targets, exclude_modules: excluded } = config;
  if (targets === null || matchesAny(name, excluded)) return false;
  if ((config.modules_to_save ?? []).some((saved) => isInside(name, saved))) return false;
  if (typeof targets === "string") return fullMatch(targets, name);
  if (targets.includes(name)) return true;
  return targets.some((target) => matchesSuffix(name, target)) && isInLayers(name, config);
}

function matchesAny(name: string, entries: string | readonly string[] | null): boolean {
  if (entries === null) return false;
  if (typeof entries === "string") return fullMatch(entries, name);
  return entries.some((entry) => matchesSuffix(name, entry));
}

function isInside(name: string, module: string): boolean {
  return `.${name}.`.includes(`.${module}.`);
}

function isInLayers(name: string, config: TargetConfig): boolean {
  const wanted = asList(config.layers_to_transform);
  if (wanted.length === 0) return true;
  const patterns = asList(config.layers_pattern).filter((pattern) => pattern !== "");
  const expressions = patterns.length === 0
    ? ["^.*?\\.[^.]*\\.(\\d+)\\."]
    : patterns.map((pattern) => `^(?:|.*?\\.)${pattern}\\.(\\d+)\\.`);
  for (const expression of expressions) {
    const index = new RegExp(expression).exec(name)?.[1];
    if (index !== undefined) return wanted.includes(Number(index));
  }
  return false;
}

function asList<T>(value: T | readonly T[] | null | undefined): readonly T[] {
  return value === null || value === undefined
    ? []
    : Array.isArray(value)
    ? value as readonly T[]
    : [value as T];
}

/**
 * `config` with its target_modules spelled out: the default ones of the model if there are none, the
 * full names of the modules for "all-linear".
 *
 * @throws {TypeError} if there are no targets and no defaults, or the layer options do not fit
 */
export function resolveTargets<C extends TargetConfig>(
  config: C,
  params: Tree,
  context: InitContext & { readonly table?: TargetTable } = {},
): C {
  const { target_modules: targets } = config;
  checkLayerOptions(config);
  if (targets === null) {
    return { ...config, target_modules: defaultTargets(modelTypeOf(context), context.table) };
  }
  if (typeof targets !== "string" || targets.toLowerCase() !== "all-linear") return config;
  const linear = [...modulesOf(params, context).values()].filter(({ path, layout }) => {
    const head = config.task_type === "SEQ_CLS" && HEADS.includes(lastName(path));
    return (layout === "linear" || layout === "conv1d") && !head &&
      !OUTPUT_LAYERS.includes(lastName(path));
  });
  return { ...config, target_modules: linear.map(({ path }) => path) };
}

/** The model's type, however it was given. */
export function modelTypeOf(context: InitContext): string | undefined {
  const named = context.model_config?.model_type;
  return context.model_type ?? (typeof named === "string" ? named : undefined);
}

function checkLayerOptions(config: TargetConfig): void {
  const { target_modules, layers_pattern } = config;
  const layers = asList(config.layers_to_transform);
  const patterns = asList(layers_pattern);
  if (typeof target_modules === "string" && (layers.length > 0 || patterns.length > 0)) {
    const field = layers.length > 0 ? "layers_to_transform" : "layers_pattern";
    throw new TypeError(
      `Cannot use ${field} with a target_modules that is one string: the expression matches whole ` +
        `names; give a list, or name the layers in the expression`,
    );
  }
  if (patterns.length > 0 && layers.length === 0) {
    throw new TypeError(
      `Cannot use layers_pattern without layers_to_transform: no layer is chosen; give both`,
    );
  }
}

/**
 * The modules of `params` that `config` targets.
 *
 * @param accepts layouts that the method can adapt
 * @throws {TypeError} if nothing is targeted, naming what the model has, or a targeted module is of
 * a kind that the method cannot adapt
 */
export function selectModules(
  params: Tree,
  config: TargetConfig,
  options: InitContext & { readonly accepts: readonly Layout[] },
): readonly Module[] {
  const modules = [...modulesOf(params, options).values()];
  const selected = modules.filter(({ path }) => isTargeted(path, config));
  if (selected.length === 0) throw nothingTargeted(modules, config, options.accepts);
  const odd = selected.find(({ layout }) => !options.accepts.includes(layout));
  if (odd) {
    throw new TypeError(
      `Cannot adapt the module "${odd.path}": its layout is "${odd.layout}"; ` +
        `the method adapts ${options.accepts.map((layout) => `"${layout}"`).join(", ")}; ` +
        `set target_modules to such modules, or use another method, such as lora`,
    );
  }
  return selected;
}

function nothingTargeted(
  modules: readonly Module[],
  config: TargetConfig,
  accepts: readonly Layout[],
): TypeError {
  const open: TargetConfig = { ...config, exclude_modules: null, layers_to_transform: null };
  const hidden = modules.filter(({ path }) => isTargeted(path, open)).map(({ path }) => path);
  const what = `Cannot adapt target_modules ${JSON.stringify(config.target_modules)}`;
  if (hidden.length > 0) {
    return new TypeError(
      `${what}: exclude_modules or layers_to_transform leave none of ${hidden.length} modules ` +
        `such as "${hidden[0]}"; widen them`,
    );
  }
  const adaptable = modules.filter(({ layout }) => accepts.includes(layout));
  const names = [...new Set(adaptable.map(({ path }) => lastName(path)))];
  const { target_modules } = config;
  if (typeof target_modules === "string" && names.includes(target_modules)) {
    return new TypeError(
      `${what}: a text is a pattern for whole paths; names stand in a list: ["${target_modules}"]`,
    );
  }
  if (names.length === 0) {
    return new TypeError(
      `${what}: the model has no modules of layout ${accepts.join(" or ")}, which the method ` +
        "adapts; use another method, such as lora",
    );
  }
  return new TypeError(
    `${what}: no such module; the model has ${names.map((name) => `"${name}"`).join(", ")}`,
  );
}
