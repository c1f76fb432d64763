import {
  type FlatTree,
  type Shape,
  type Tensor,
  type Tree,
  treeEntries,
  TreeError,
  unflattenPaths,
} from "../core/mod.ts";
import { formatShape } from "../core/internal.ts";
import type { ModuleFields } from "./adapter.ts";
import { entriesWithFrozen } from "./_frozen.ts";
import { join } from "./_paths.ts";
import { type ReplacedConfig, replacedTensors } from "./_replaced.ts";

/** What PEFT's wrappers put before the names of the model. */
export const PREFIX = "base_model.model.";

/** What stands before the names of tensors that belong to no module of the model. */
export const SHARED_PREFIX = "base_model.";

/** Tensors of an adapter by the names of PEFT's files, without those that modules share. */
export function moduleTensors(fields: ModuleFields): FlatTree {
  const own = entriesWithFrozen(fields.modules);
  const replaced = Object.entries(fields.replaced).map(([path, tensor]) => {
    const module = path.slice(0, path.lastIndexOf("."));
    const isBias = path.endsWith(".bias") && module in fields.modules;
    return [isBias ? `${module}.base_layer.bias` : path, tensor] as const;
  });
  return Object.fromEntries([...own, ...replaced].map(([path, x]) => [PREFIX + path, x]));
}

/**
 * The inverse of `moduleTensors`. Names that still hold the adapter's name ("lora_A.default.weight")
 * are understood; copies of base weights that PEFT adds for embeddings are left out.
 *
 * @param names the method's names below a module
 * @param params the model, which says what else may be in the file
 * @throws {TreeError} naming a tensor that does not belong to the model, or is missing
 */
export function fieldsFromTensors(
  tensors: FlatTree,
  names: readonly string[],
  target: { readonly params: Tree; readonly config: ReplacedConfig },
): ModuleFields<{ readonly [name: string]: Tree }> {
  const own = new Map<string, [string, Tensor][]>();
  const others = new Map<string, Tensor>();
  for (const [key, tensor] of Object.entries(tensors)) {
    const split = splitOwn(key, names);
    if (!split) others.set(key.replace(".base_layer.bias", ".bias"), tensor);
    else own.set(split.path, [...own.get(split.path) ?? [], [split.name, tensor]]);
  }
  const modules = Object.fromEntries([...own].map(([path, entries]) => [
    path,
    unflattenPaths(entries) as { readonly [name: string]: Tree },
  ]));
  return { modules, replaced: replacedFrom(others, [...own.keys()], target) };
}

function splitOwn(
  key: string,
  names: readonly string[],
): { readonly path: string; readonly name: string } | null {
  for (const name of names) {
    const [first, second] = name.split(".") as [string, string?];
    // The adapter's name may stand after the first part, and in-memory names end in .weight.
    const rest = second === undefined ? `(\\.[^.]+)?(\\.weight)?` : `(\\.[^.]+)?\\.${second}`;
    const found = new RegExp(`^(.*)\\.${first}${rest}$`).exec(key);
    if (found) return { path: found[1]!, name };
  }
  return null;
}

function replacedFrom(
  others: ReadonlyMap<string, Tensor>,
  adapted: readonly string[],
  { params, config }: { readonly params: Tree; readonly config: ReplacedConfig },
): FlatTree {
  const expected = replacedTensors(params, config, adapted);
  const base = new Map(treeEntries(params));
  const replaced: { [path: string]: Tensor } = {};
  for (const [path, like] of Object.entries(expected)) {
    const tensor = others.get(path) ?? others.get(inMemoryName(path, others));
    if (!tensor) {
      throw new TreeError(
        `Cannot read the adapter: it has no "${path}", which its configuration trains; ` +
          `check bias, modules_to_save and task_type`,
        path,
      );
    }
    checkShape(path, tensor.shape, like.shape);
    replaced[path] = tensor;
  }
  for (const [key, tensor] of others) {
    const path = key.replace(/\.base_layer|\.(modules_to_save|original_module)(\.default)?/, "");
    const like = base.get(path);
    if (like) checkShape(path, tensor.shape, like.shape);
    else if (!isTiedCopy(path)) throw unknownTensor(key);
  }
  return replaced;
}

function inMemoryName(path: string, others: ReadonlyMap<string, Tensor>): string {
  return [...others.keys()].find((key) =>
    key.replace(/\.modules_to_save\.[^.]+/, "") === path && key.includes(".modules_to_save.")
  ) ?? path;
}

/** Weights that a file may hold although the model's tree ties them to others. */
function isTiedCopy(path: string): boolean {
  return /(^|\.)(lm_head|embed_tokens)\.weight$/.test(path);
}

function unknownTensor(key: string): TreeError {
  return new TreeError(
    `Cannot read the adapter: its tensor "${key}" belongs to nothing in this model; ` +
      `use the model that the adapter was made for`,
    key,
  );
}

/** Throws unless a tensor of a file has the shape that the model needs. */
export function checkShape(path: string, found: Shape, expected: Shape): void {
  if (found.length === expected.length && found.every((side, i) => side === expected[i])) return;
  throw new TreeError(
    `Cannot read the adapter: its "${path}" is ${formatShape(found)} and the model needs ` +
      `${formatShape(expected)}; use the model that the adapter was made for`,
    path,
  );
}

/** Throws if the file and the configuration disagree about which modules are adapted. */
export function checkModules(found: readonly string[], expected: readonly string[]): void {
  const surplus = found.find((path) => !expected.includes(path));
  if (surplus !== undefined) throw unknownTensor(join(surplus, "*"));
  const missing = expected.find((path) => !found.includes(path));
  if (missing === undefined) return;
  throw new TreeError(
    `Cannot read the adapter: it has no tensors for "${missing}", which its target_modules name; ` +
      `it has ${found.length} modules, the model ${expected.length} that fit`,
    missing,
  );
}
