import { type Tree, TreeError } from "../core/mod.ts";
import type { ModuleFields } from "./adapter.ts";
import { type Module, modulesOf, type TreeRecord, updateModules } from "./layout.ts";
import type { GraftOptions } from "./method.ts";
import { replaceTensors } from "./_replaced.ts";

/**
 * `params` with `update` applied to every adapted module, and the replaced tensors in their places.
 *
 * @param update makes the new node of a module from the old one and the adapter's tensors for it
 * @throws {TreeError} naming a module that the model does not have
 */
export function graftModules<P extends Tree, M extends ModuleFields["modules"][string]>(
  params: P,
  fields: ModuleFields<M>,
  options: GraftOptions & {
    readonly update: (node: TreeRecord, tensors: M, module: Module) => TreeRecord;
  },
): P {
  const known = modulesOf(params, options);
  const base = replaceTensors(params, fields.replaced, options);
  return updateModules(base, Object.keys(fields.modules), (node, path) => {
    const module = known.get(path);
    if (module) return options.update(node, fields.modules[path]!, module);
    throw new TreeError(
      `Cannot graft an adapter on "${path}": the model has no such module; ` +
        `use the model that the adapter was made for`,
      path,
    );
  });
}
