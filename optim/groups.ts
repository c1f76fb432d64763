import {
  type FlatTree,
  type Tensor,
  type Tree,
  treeCombine,
  treeEntries,
  treePartition,
} from "../core/mod.ts";
import type { Optimizer, Transform } from "./optimizer.ts";

/** The group of the parameter at a path, or null for one that stays as it is. */
export type GroupOf = (path: string, param: Tensor) => string | null;

/** State of each group. */
export type GroupsState = { readonly [group: string]: Tree };

/**
 * Different optimizers, or transformations, for different parameters, such as a larger rate for one
 * part.
 *
 * @param members optimizers or transformations by name of the group
 * @param groupOf which group a parameter belongs to; parameters, or gradients, with null are left alone
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
  members: { readonly [group: string]: Transform },
  groupOf: GroupOf,
): Transform<GroupsState>;
/** Different optimizers for different parameters. */
export function groups(
  members: { readonly [group: string]: Optimizer },
  groupOf: GroupOf,
): Optimizer<GroupsState>;
export function groups(
  members: { readonly [group: string]: Optimizer } | { readonly [group: string]: Transform },
  groupOf: GroupOf,
): Optimizer<GroupsState> | Transform<GroupsState> {
  const names = Object.keys(members);
  const isTransform = names.some((name) => members[name]!.kind === "transform");
  const part = (tree: Tree, paths: ReadonlySet<string>): FlatTree =>
    treePartition(tree, (path) => paths.has(path))[0];
  const whole: Optimizer<GroupsState> = {
    init: (params) => {
      const paths = pathsOf(params, names, groupOf);
      return Object.fromEntries(
        names.map((name) => [name, members[name]!.init(part(params, paths[name]!))]),
      );
    },
    update: (grads, state, params) => {
      const paths = pathsOf(params, names, groupOf);
      const results = names.map((name) =>
        members[name]!.update(part(grads, paths[name]!), state[name]!, part(params, paths[name]!))
      );
      const next = treeCombine(isTransform ? grads : params, ...results.map(([part]) => part));
      return [next, Object.fromEntries(names.map((name, i) => [name, results[i]![1]]))];
    },
  };
  return isTransform ? { ...whole, kind: "transform" } : whole;
}

/**
 * A transformation of the gradients of some parameters; the others pass.
 *
 * @param which whether the parameter at a path is transformed
 */
export function masked(
  transform: Transform,
  which: (path: string, param: Tensor) => boolean,
): Transform<GroupsState> {
  return groups({ masked: transform }, (path, param) => which(path, param) ? "masked" : null);
}

/** Paths of each group. */
function pathsOf(
  params: Tree,
  names: readonly string[],
  groupOf: GroupOf,
): { readonly [group: string]: ReadonlySet<string> } {
  const paths = Object.fromEntries(names.map((name) => [name, new Set<string>()]));
  for (const [path, param] of treeEntries(params)) {
    const group = groupOf(path, param);
    if (group === null) continue;
    if (!names.includes(group)) throw unknownGroup(path, group, names);
    paths[group]!.add(path);
  }
  return paths;
}

function unknownGroup(path: string, group: string, names: readonly string[]): RangeError {
  return new RangeError(
    `Cannot optimize "${path}" in group "${group}": it has no optimizer; the groups are ` +
      names.map((known) => `"${known}"`).join(", "),
  );
}
