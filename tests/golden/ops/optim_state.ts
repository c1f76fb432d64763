import {
  add,
  equal,
  full,
  neg,
  type Tensor,
  tensor,
  type Tree,
  treeEntries,
} from "../../../mod.ts";
import type { Description } from "./optim_schedules.ts";

/** The parts of our state that paths of optax's name, such as "[0].mu['enc']['b']". */
export function stateParts(state: Tree, paths: readonly string[], spec: Description): Tensor[] {
  const entries = treeEntries(state);
  return paths.map((path) => {
    const { field, leaf } = parse(path);
    const setting = SETTINGS[field]?.(spec, entries);
    if (setting) return setting;
    const name = spec.name === "apply_every" && field === "count" ? "gathered" : FIELDS[field];
    const part = partOf(entries, [name ?? field, ...leaf]);
    // There optax sums steps, which are added, and we sum what is subtracted.
    const isTurned = field === "trace" && ["lars", "rmsprop"].includes(String(spec.name));
    return isTurned ? neg(part) : part;
  });
}

type Entries = readonly (readonly [path: string, tensor: Tensor])[];

function partOf(entries: Entries, path: readonly string[]): Tensor {
  const wanted = path.join(".");
  const found = entries.find(([name]) => name === wanted || name.endsWith(`.${wanted}`));
  if (found) return found[1];
  throw new TypeError(`Cannot find "${wanted}" in the state: it has no such part`);
}

/** The last field of a path, and the keys behind it. */
function parse(path: string): { readonly field: string; readonly leaf: readonly string[] } {
  const [, field, keys] = [...path.matchAll(/\.(\w+)((?:\[[^\]]*\])*)$/g)][0]!;
  const leaf = [...keys!.matchAll(/\[(?:'([^']*)'|(\d+))\]/g)].map(([, name, at]) => name ?? at!);
  return { field: field!, leaf };
}

/** Our names of the parts of optax's states. */
const FIELDS: { readonly [field: string]: string } = {
  acc_grads: "grads",
  count: "step",
  count_m2: "step",
  e_g: "squares",
  e_x: "moves",
  found_nan: "foundNan",
  grad_acc: "grads",
  grad_sum_sq: "sumOfSquares",
  gradient_step: "step",
  last_finite: "lastFinite",
  max_lr: "maxLr",
  mini_step: "gathered",
  notfinite_count: "notFinite",
  nu_max: "nuMax",
  prev_updates: "previous",
  previous_gradient: "previous",
  s: "sum",
  step_sizes: "stepSizes",
  sum_of_squares: "sumOfSquares",
  t: "step",
  total_notfinite: "totalNotFinite",
  v_col: "vCol",
  v_row: "vRow",
  weight_sum: "weightSum",
  x0: "start",
};

/** What optax keeps in states and ours have not: settings, and what follows from the count. */
const SETTINGS: {
  readonly [field: string]: (spec: Description, entries: Entries) => Tensor;
} = {
  b1: (spec) => full([], Number((spec.args as Description).b1 ?? 0.9), { dtype: "f32" }),
  ns_coeffs: () => tensor([3.4445, -4.775, 2.0315]),
  is_initial_step: (_, entries) => equal(partOf(entries, ["step"]), 0),
  step_count: (_, entries) => add(partOf(entries, ["step"]), 1),
};
