import { type FlatTree, type Tree, treeCombine, treePartition } from "../core/mod.ts";
import type { Optimizer } from "./optimizer.ts";

/** The group of the parameter at a path, or null for one that stays as it is. */
export type GroupOf = (path: string) => string | null;

/** State of each group. */
export type GroupsState = { readonly [group: string]: Tree };

/**
 * Different optimizers for different parameters, such as a larger rate for one part.
 *
 * @param optimizers by name of the group
 * @param groupOf which group a path belongs to; paths with null are left alone
 * @throws {RangeError} if `groupOf` names a group that has no optimizer
 * @example A head that learns faster
 * ```ts
 * import "../mod.ts";
 * import { tensor } from "../core/mod.ts";
 * import { groups, sgd } from "./mod.ts";
 * const optimizer = groups({ head: sgd(1), body: sgd(0.1) }, (path) =>
 *   path.startsWith("head") ? "head" : "body");
 * const params = { head: tensor(1), body: tensor(1) };
 * const [next] = optimizer.update(params, optimizer.init(params), params);
 * if (await next.head.item() !== 0) throw new Error("unexpected");
 * ```
 */
export function groups(
  optimizers: { readonly [group: string]: Optimizer },
  groupOf: GroupOf,
): Optimizer<GroupsState> {
  const names = Object.keys(optimizers);
  const part = (tree: Tree, name: string): FlatTree =>
    treePartition(tree, (path) => {
      const group = groupOf(path);
      if (group === null || names.includes(group)) return group === name;
      throw new RangeError(
        `Cannot optimize "${path}" in group "${group}": it has no optimizer; the groups are ` +
          names.map((known) => `"${known}"`).join(", "),
      );
    })[0];
  return {
    init: (params) =>
      Object.fromEntries(names.map((name) => [name, optimizers[name]!.init(part(params, name))])),
    update: (grads, state, params) => {
      const results = names.map((name) =>
        optimizers[name]!.update(part(grads, name), state[name]!, part(params, name))
      );
      const next = treeCombine(params, ...results.map(([stepped]) => stepped));
      return [next, Object.fromEntries(names.map((name, i) => [name, results[i]![1]]))];
    },
  };
}
