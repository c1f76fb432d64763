import {
  abs,
  add,
  concatenate,
  convert,
  equal,
  greater,
  less,
  maximum,
  mean,
  minimum,
  mul,
  ones,
  reshape,
  sort,
  sub,
  take,
  type Tensor,
  tensor,
  treeMap,
  treeZip,
  where,
  zerosLike,
} from "../core/mod.ts";
import { makeAdapter } from "./adapter.ts";
import type { AdaloraAdapter, AdaloraModule } from "./adalora.ts";
import type { AdaloraConfig } from "./adalora_config.ts";

/** AdaLoRA's factors by module path. */
export type AdaloraModules = { readonly [path: string]: AdaloraModule };

/** What allocation remembers: a tree of tensors, as an optimizer's state. */
export type AdaloraState = {
  /** Steps so far, an i32 scalar. */
  readonly step: Tensor;
  /** How many ranks every step prunes, and from the end on, i32 [total_step + 1]. */
  readonly schedule: Tensor;
  /** Smoothed |p · dp| of every element, and how much it varies. */
  readonly importance: AdaloraModules;
  readonly uncertainty: AdaloraModules;
  /** 1 for ranks that are kept after the last allocation, [R] by module. */
  readonly kept: { readonly [path: string]: Tensor };
};

/**
 * How many ranks each step of the training prunes, 0 for none: the budget goes from init_r to
 * target_r ranks a module along a cubic curve between `tinit` and total_step - tfinal.
 *
 * @throws {TypeError} if the configuration has no total_step
 */
export function pruningSchedule(config: AdaloraConfig, modules: number): readonly number[] {
  const { total_step, tinit, tfinal, deltaT, init_r, target_r } = config;
  if (total_step === null) {
    throw new TypeError(
      `Cannot allocate ranks: total_step is not set; it is the number of steps of the training`,
    );
  }
  const [full, target] = [init_r * modules, target_r * modules];
  return Array.from({ length: total_step }, (_, step) => {
    if (step >= total_step - tfinal) return full - target;
    if (step <= tinit || step % deltaT !== 0) return 0;
    const left = 1 - (step - tinit) / (total_step - tfinal - tinit);
    return full - Math.trunc((full - target) * left ** 3 + target);
  });
}

/** The state before the first step. */
export function adaloraState(adapter: AdaloraAdapter): AdaloraState {
  const { modules } = adapter.fields;
  const { init_r, target_r } = adapter.statics;
  const count = Object.keys(modules).length;
  const schedule = [...pruningSchedule(adapter.statics, count), (init_r - target_r) * count];
  // Twice: a training step donates both.
  const nothing = (): AdaloraModules => treeMap((x) => zerosLike(x), modules);
  return {
    step: tensor(0, { dtype: "i32" }),
    schedule: tensor(schedule, { dtype: "i32" }),
    importance: nothing(),
    uncertainty: nothing(),
    kept: Object.fromEntries(
      Object.entries(modules).map(([path, { lora_E }]) => [path, ones([lora_E.shape[0]!])]),
    ),
  };
}

/**
 * One allocation, after each step of the optimizer: ranks whose importance is below the budget get
 * E = 0. They can come back until total_step - tfinal; from there on the choice is fixed.
 *
 * Pure, and made of tensors alone: it can be part of a jitted training step.
 *
 * @param adapter with the tensors after the optimizer's step
 * @param grads the gradients that the step was made with
 */
export function adaloraAllocate(
  adapter: AdaloraAdapter,
  grads: AdaloraAdapter,
  state: AdaloraState,
): readonly [AdaloraAdapter, AdaloraState] {
  const config = adapter.statics;
  const last = config.total_step! - config.tfinal;
  const { modules } = adapter.fields;
  const { importance, uncertainty } = remember(modules, grads.fields.modules, state, {
    config,
    running: less(state.step, last),
  });
  const scores = Object.fromEntries(
    Object.keys(modules).map((path) => [path, score(importance[path]!, uncertainty[path]!)]),
  );
  const threshold = pruningThreshold(Object.values(scores), state);
  const isFixed = greater(state.step, last);
  const kept: { [path: string]: Tensor } = {};
  const next: { [path: string]: AdaloraModule } = {};
  for (const [path, module] of Object.entries(modules)) {
    const before = state.kept[path]!;
    const now = convert(greater(scores[path]!, threshold), "f32");
    const mask = where(isFixed, before, now); // [R]
    kept[path] = where(equal(state.step, last), mask, before);
    next[path] = { ...module, lora_E: mul(module.lora_E, reshape(mask, module.lora_E.shape)) };
  }
  return [
    makeAdapter("adalora", { ...adapter.fields, modules: next }, config),
    { ...state, step: add(state.step, 1), importance, uncertainty, kept },
  ];
}

/** Smoothed importance |p · dp| and its variation; both stay when the last allocation is near. */
function remember(
  modules: AdaloraModules,
  grads: AdaloraModules,
  state: AdaloraState,
  options: { readonly config: AdaloraConfig; readonly running: Tensor },
): Pick<AdaloraState, "importance" | "uncertainty"> {
  const { config: { beta1, beta2 }, running } = options;
  const now = treeZip(([p, dp]) => abs(mul(p!, dp!)), modules, grads);
  const smooth = (old: Tensor, fresh: Tensor, beta: number): Tensor =>
    where(running, add(mul(beta, old), mul(1 - beta, fresh)), old);
  const importance = treeZip(([i, x]) => smooth(i!, x!, beta1), state.importance, now);
  const uncertainty = treeZip(
    ([u, i, x]) => smooth(u!, abs(sub(x!, i!)), beta2),
    state.uncertainty,
    importance,
    now,
  );
  return { importance, uncertainty };
}

/** Importance of each rank: that of its E, and the means over its row of A and column of B. [R] */
function score(importance: AdaloraModule, uncertainty: AdaloraModule): Tensor {
  const of = (name: keyof AdaloraModule): Tensor => mul(importance[name], uncertainty[name]);
  const own = mean(of("lora_E"), { axes: [1] });
  return add(own, add(mean(of("lora_A"), { axes: [1] }), mean(of("lora_B"), { axes: [0] })));
}

/** The score that a rank must exceed: the one of the last rank to be pruned. */
function pruningThreshold(scores: readonly Tensor[], state: AdaloraState): Tensor {
  const total = state.schedule.shape[0]!;
  const pruned = take(state.schedule, minimum(state.step, total - 1));
  const ordered = sort(concatenate(scores));
  const threshold = take(ordered, maximum(sub(pruned, 1), 0));
  return where(equal(pruned, 0), -1, threshold); // no score is negative
}

/**
 * The adapter without the ranks that were given up, for saving: its configuration says which are
 * left. Reads the state, so it is the end of a training and not part of it.
 */
export async function adaloraFinish(
  adapter: AdaloraAdapter,
  state: AdaloraState,
): Promise<AdaloraAdapter> {
  const modules: { [path: string]: AdaloraModule } = {};
  const rank_pattern: { [name: string]: readonly boolean[] } = {};
  for (const [path, module] of Object.entries(adapter.fields.modules)) {
    const kept = [...await state.kept[path]!.data()].map((keep) => keep !== 0);
    rank_pattern[`${path}.lora_E`] = kept;
    const ids = tensor(kept.flatMap((keep, i) => keep ? [i] : []), { dtype: "i32" });
    modules[path] = {
      lora_A: take(module.lora_A, ids, { axis: 0 }),
      lora_E: take(module.lora_E, ids, { axis: 0 }),
      lora_B: take(module.lora_B, ids, { axis: 1 }),
    };
  }
  const config = { ...adapter.statics, rank_pattern };
  return makeAdapter("adalora", { ...adapter.fields, modules }, config);
}
