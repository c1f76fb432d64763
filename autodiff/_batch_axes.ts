import { type TreeDef, TreeError } from "../core/mod.ts";

/** The axis to map over, null for none, or a tree of such that is a prefix of the tensors' tree. */
export type BatchAxes =
  | number
  | null
  | readonly BatchAxes[]
  | { readonly [name: string]: BatchAxes };

/** The axis of every leaf. */
export function axesOfLeaves(axes: BatchAxes, def: TreeDef, where: string): (number | null)[] {
  if (def.kind === "weight") return axesOfLeaves(axes, def.fields, where);
  if (def.kind === "leaf") {
    if (typeof axes !== "number" && axes !== null) throw notPrefix(where);
    return [axes];
  }
  if (typeof axes === "number" || axes === null) {
    return def.items.flatMap((item) => axesOfLeaves(axes, item, where));
  }
  const isList = Array.isArray(axes);
  if (isList !== (def.kind === "list") || Object.keys(axes).length !== def.items.length) {
    throw notPrefix(where);
  }
  const named = axes as { readonly [name: string]: BatchAxes | undefined };
  return def.items.flatMap((item, i) => {
    const key = def.kind === "record" ? def.keys[i]! : String(i);
    const axis = named[key];
    if (axis === undefined) throw notPrefix(`${where} at "${key}"`);
    return axesOfLeaves(axis, item, `${where} at "${key}"`);
  });
}

function notPrefix(where: string): TreeError {
  return new TreeError(
    `Cannot map over ${where}: the tree of axes is no prefix of it; ` +
      `give one axis, or one for every entry`,
    where,
  );
}
