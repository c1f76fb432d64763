import {
  convert,
  type DType,
  type FlatTree,
  isFloat,
  type Json,
  key,
  type Shape,
  type Tree,
  treeEntries,
  TreeError,
} from "../core/mod.ts";
import { type Expected, fitNames } from "../hub/mod.ts";
import { type AnyFamily, familyOfConfig, paramsOf, type Task } from "../models/mod.ts";

/** A model folder in memory: what it is and its parameters. */
export type LoadedModel = {
  readonly folder: string;
  readonly family: AnyFamily;
  /** config.json as it stands in the file. */
  readonly json: { readonly [field: string]: Json };
  /** The same, parsed by the family. */
  readonly config: unknown;
  readonly params: Tree;
  /** Names of the tensors that the file lacks and that are drawn at random: a head to be trained. */
  readonly drawn: readonly string[];
};

/** How a model is loaded. */
export type LoadModelOptions = {
  /** The head to load it for; default "causal-lm". */
  readonly task?: Task;
  /** Dtype of the parameters; default f32. null keeps the file's. */
  readonly dtype?: DType | null;
};

/** What a model folder holds: config.json, and every tensor of its safetensors files. */
export type ModelFiles = {
  readonly config: LoadedModel["json"];
  readonly tensors: FlatTree;
};

/**
 * A model from the contents of its files, wherever they come from: a page fetches them, and
 * `parseSafetensors` makes tensors of the bytes. `loadModel` is the same for a folder.
 *
 * @param options `folder`: what the files' place is called in errors and in the result
 * @throws {UnsupportedError} for an unknown architecture; names the known ones
 * @throws {TreeError} if the weights are not the model's; names what does not fit
 */
export function modelFromFiles(
  files: ModelFiles,
  options: LoadModelOptions & { readonly folder?: string } = {},
): LoadedModel {
  const { folder = "bytes", ...rest } = options;
  const plan = planModel(files.config, rest);
  const { tensors } = files;
  const shapes = Object.entries(tensors).map(([name, { shape }]): [string, Shape] => [name, shape]);
  const fit = fitNames(Object.fromEntries(shapes), plan.expected, folder);
  const fitting = [...fit].map(([name, inFile]) => [name, tensors[inFile]!] as const);
  return plan.assemble(folder, Object.fromEntries(fitting));
}

/** What a configuration says before any weight is read. */
export type ModelPlan = {
  readonly expected: Expected;
  /** The model of tensors by the names expected. */
  readonly assemble: (folder: string, tensors: FlatTree) => LoadedModel;
};

/** What to expect of the weights of a model, and how to put them together. */
export function planModel(json: LoadedModel["json"], options: LoadModelOptions): ModelPlan {
  const { task = "causal-lm", dtype = "f32" } = options;
  const family = familyOfConfig(json);
  const config = family.parseConfig(json);
  // Building the parameters only to see their shapes costs nothing: nothing is evaluated.
  const fresh = treeEntries(family.init(key(0), config, { task }));
  const shapes = fresh.map(([name, leaf]): [string, Shape] => [name, leaf.shape]);
  const assemble = (folder: string, tensors: FlatTree): LoadedModel => {
    refuseIntegers(folder, fresh, tensors);
    const missing = fresh.filter(([name]) => !(name in tensors));
    const all: FlatTree = { ...tensors, ...Object.fromEntries(missing) };
    const wanted = Object.entries(all).map(([name, leaf]) => {
      const cast = dtype !== null && isFloat(leaf.dtype) && leaf.dtype !== dtype;
      return [name, cast ? convert(leaf, dtype) : leaf] as const;
    });
    const params = paramsOf(family, Object.fromEntries(wanted));
    return { folder, family, json, config, params, drawn: missing.map(([name]) => name) };
  };
  return {
    expected: {
      shapes: Object.fromEntries(shapes),
      baseName: family.basePrefix,
      optional: [/^(score|classifier)\./],
      ignored: [/^lm_head\./, /^(score|classifier)\./],
    },
    assemble,
  };
}

/** Quantised weights come as integers with scales beside them, which no model here understands. */
function refuseIntegers(
  folder: string,
  fresh: ReturnType<typeof treeEntries>,
  tensors: FlatTree,
): void {
  const wrong = fresh.find(([name, leaf]) =>
    isFloat(leaf.dtype) && tensors[name] && !isFloat(tensors[name].dtype)
  );
  if (!wrong) return;
  const [name] = wrong;
  throw new TreeError(
    `Cannot load "${folder}" into the model: its "${name}" is ${tensors[name]!.dtype}; ` +
      `floats are expected: f32, f16 or bf16`,
    name,
  );
}
