import { type Fields, type FlatTree, type Shape, type Tensor, TreeError } from "../core/mod.ts";
import { entriesWithFrozen, frozen } from "./_frozen.ts";
import type { Module } from "./layout.ts";
import { checkShape, SHARED_PREFIX } from "./_module_files.ts";

/** Tensors that every module of an adapter uses, by their names in PEFT's files. */
export type SharedSpec<C> = {
  shapes(modules: readonly Module[], config: C): { readonly [name: string]: Shape };
} & (TrainedSpec<C> | FrozenSpec<C>);

/** Shared tensors that are trained: always in the file. */
type TrainedSpec<C> = {
  readonly kind: "trained";
  init(key: Tensor, config: C): FlatTree;
};

/** Shared tensors that are not trained: drawn with a seed, so that files can do without. */
type FrozenSpec<C> = {
  readonly kind: "frozen";
  draw(modules: readonly Module[], config: C): FlatTree;
  isSaved(config: C): boolean;
};

/** Fresh shared tensors. */
export function initShared<C>(
  spec: SharedSpec<C>,
  key: Tensor,
  options: { readonly modules: readonly Module[]; readonly config: C },
): Fields {
  const { modules, config } = options;
  return spec.kind === "trained" ? spec.init(key, config) : freezeAll(spec.draw(modules, config));
}

/** Shared tensors by the names of PEFT's files. */
export function sharedTensors<C>(spec: SharedSpec<C>, shared: Fields, config: C): FlatTree {
  if (spec.kind === "frozen" && !spec.isSaved(config)) return {};
  const entries = entriesWithFrozen(shared);
  return Object.fromEntries(entries.map(([name, x]) => [SHARED_PREFIX + name, x]));
}

/**
 * The shared tensors of a file, and the rest of its tensors. Copies of shared tensors that some
 * versions of PEFT add to every module are left out. What a file may lack is drawn again.
 *
 * @throws {TreeError} if one is missing that must be there, or has another shape
 */
export function sharedFromTensors<C>(
  spec: SharedSpec<C>,
  tensors: FlatTree,
  options: { readonly modules: readonly Module[]; readonly config: C },
): { readonly shared: Fields; readonly rest: FlatTree } {
  const { modules, config } = options;
  const shapes = spec.shapes(modules, config);
  const isShared = new RegExp(`(^|\\.)(${Object.keys(shapes).join("|")})(\\.[^.]+)?$`);
  const rest = Object.entries(tensors).filter(([name]) => !isShared.test(name));
  const found: { [name: string]: Tensor } = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const key = Object.keys(tensors).find((key) => key === name || key.startsWith(`${name}.`));
    if (key === undefined) continue;
    checkShape(name, tensors[key]!.shape, shape);
    found[name] = tensors[key]!;
  }
  const missing = Object.keys(shapes).filter((name) => !(name in found));
  const redrawn = spec.kind === "frozen" && !spec.isSaved(config) && missing.length > 0;
  if (missing.length > 0 && !redrawn) throw missingShared(missing[0]!, spec.kind);
  const whole = redrawn ? spec.draw(modules, config) : found;
  return {
    shared: spec.kind === "frozen" ? freezeAll(whole) : whole,
    rest: Object.fromEntries(rest),
  };
}

function missingShared(name: string, kind: "trained" | "frozen"): TreeError {
  const fix = kind === "frozen"
    ? "set save_projection to false to draw it from the seed"
    : "use a file that has it";
  return new TreeError(
    `Cannot read the adapter: it has no "${name}", which all of its modules use; ${fix}`,
    name,
  );
}

function freezeAll(tensors: FlatTree): Fields {
  return Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, frozen(x)]));
}
