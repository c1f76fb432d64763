import { type FlatTree, type Tensor, type Tree, unflattenPaths } from "../core/mod.ts";
import type { AnyFamily } from "./family.ts";

/**
 * The parameter tree in a file's tensors: their names split at the dots.
 *
 * Two habits of files are made up for: tensors that are no parameters are left out, and the names
 * of a bare model, which lack the prefix that the model has below a head, get it.
 *
 * @param family whose names they are
 * @param tensors by name
 */
export function paramsOf(family: AnyFamily, tensors: FlatTree): Tree {
  const named = Object.entries(tensors).filter(([name]) => !family.isBuffer(name));
  const prefix = `${family.basePrefix}.`;
  const bare = !named.some(([name]) => name.startsWith(prefix));
  const full = named.map(([name, leaf]): readonly [string, Tensor] => {
    return [bare ? prefix + name : name, leaf];
  });
  return unflattenPaths(full);
}
