import {
  add,
  convert,
  type FlatTree,
  mul,
  sub,
  type Tensor,
  type Tree,
  treeCombine,
  treeEntries,
  TreeError,
  UnsupportedError,
} from "../core/mod.ts";
import { join, lastName } from "./_paths.ts";
import type { GraftOptions } from "./method.ts";

/** What says which base tensors are trained besides the adapter's own. */
export type ReplacedConfig = {
  /** "none", "all", or "<method>_only": the biases of adapted modules. */
  readonly bias?: string;
  readonly modules_to_save: readonly string[] | null;
};

/**
 * The base tensors that `config` trains themselves: biases, and everything in modules_to_save. A
 * module is saved if its name ends with an entry.
 *
 * @param adapted paths of the adapted modules
 */
export function replacedTensors(
  params: Tree,
  config: ReplacedConfig,
  adapted: readonly string[],
): FlatTree {
  const { bias = "none" } = config;
  const saved = config.modules_to_save ?? [];
  const adaptedBiases = new Set(adapted.map((path) => join(path, "bias")));
  const isReplaced = (path: string): boolean =>
    modulesAbove(path).some((module) => saved.some((entry) => module.endsWith(entry))) ||
    (bias === "all" && lastName(path).includes("bias")) ||
    (bias.endsWith("_only") && adaptedBiases.has(path));
  return Object.fromEntries(treeEntries(params).filter(([path]) => isReplaced(path)));
}

/** "a.b.weight" to "a", "a.b". */
function modulesAbove(path: string): string[] {
  const parts = path.split(".");
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("."));
}

/**
 * `params` with the trained tensors in the places of the base ones; part of the way there if
 * `options.weight` says so.
 *
 * @throws {TreeError} naming a tensor that `params` does not have
 */
export function replaceTensors<P extends Tree>(
  params: P,
  replaced: FlatTree,
  options: GraftOptions = {},
): P {
  if (Object.keys(replaced).length === 0) return params;
  const base = new Map(treeEntries(params));
  const placed = Object.entries(replaced).map(([path, tensor]) => {
    const before = base.get(path);
    if (before) {
      const changed = options.weight === undefined
        ? tensor
        : add(before, scaleReplaced(sub(tensor, before), options));
      return [path, convert(changed, tensor.dtype)] as const;
    }
    throw new TreeError(
      `Cannot graft the trained tensor "${path}": the model has none of that name; ` +
        `use the model that the adapter was made for`,
      path,
    );
  });
  return treeCombine(params, Object.fromEntries(placed));
}

/**
 * `tensor` times the weight with which the adapter is applied.
 *
 * @throws {UnsupportedError} if that differs by row: all rows share what the tensor is for
 */
export function scaleReplaced(tensor: Tensor, options: GraftOptions): Tensor {
  const { weight } = options;
  if (weight === undefined) return tensor;
  if (weight.shape.length === 0) return mul(weight, tensor);
  throw new UnsupportedError(
    `Cannot graft an adapter with a weight for each row, [${weight.shape.join()}]: it trains ` +
      `biases or whole modules, which all rows share; run its rows in a batch of their own`,
  );
}
