import {
  accumulate,
  adam,
  adamw,
  chain,
  clip,
  clipByGlobalNorm,
  groups,
  type LearningRate,
  lion,
  type Optimizer,
  rmsprop,
  scaleByAdam,
  sgd,
  type Transform,
} from "../../../optim/mod.ts";
import { describedSchedule, type Description } from "./optim_schedules.ts";

type Options = { [name: string]: unknown };

/** Our names of optax's arguments. An argument that is not here has no counterpart. */
const NAMES: { readonly [argument: string]: string } = {
  b1: "b1",
  b2: "b2",
  eps: "eps",
  eps_root: "epsRoot",
  nesterov: "nesterov",
  momentum: "momentum",
  decay: "decay",
  weight_decay: "weightDecay",
  mask: "decays",
};

const OPTIMIZERS: {
  readonly [name: string]: (lr: LearningRate, options: Options) => Optimizer;
} = {
  sgd,
  adam,
  nadam: (lr, options) => adam(lr, { ...options, nesterov: true }),
  adamw: (lr, options) => adamw(lr, { weightDecay: 1e-4, ...options }),
  nadamw: (lr, options) => adamw(lr, { weightDecay: 1e-4, ...options, nesterov: true }),
  lion,
  rmsprop,
};

/** The arguments each of them takes. */
const TAKES: { readonly [name: string]: readonly string[] } = {
  sgd: ["momentum", "nesterov"],
  adam: ["b1", "b2", "eps", "eps_root", "nesterov"],
  nadam: ["b1", "b2", "eps", "eps_root"],
  adamw: ["b1", "b2", "eps", "eps_root", "nesterov", "weight_decay", "mask"],
  nadamw: ["b1", "b2", "eps", "eps_root", "weight_decay", "mask"],
  lion: ["b1", "b2", "weight_decay", "mask"],
  rmsprop: ["decay", "eps"],
};

/** The optimizer that a description names; null where we have none such. */
export function describedOptimizer(spec: Description): Optimizer | null {
  if (spec.chain) return describedChain(spec.chain as readonly Description[]);
  const args = (spec.args ?? {}) as Description;
  if (spec.name === "MultiSteps") {
    const inner = describedOptimizer(spec.inner as Description);
    const options = { every: Number(args.every_k_schedule), mean: args.use_grad_mean !== false };
    return inner && accumulate(inner, options);
  }
  if (spec.name === "multi_transform") return describedGroups(spec);
  return describedStep(String(spec.name), args);
}

/** The transformation of gradients that a description names; null where we have none such. */
export function describedTransform(spec: Description): Transform | null {
  const args = (spec.args ?? {}) as Description;
  switch (spec.name) {
    case "clip":
      return clip(Number(args.max_delta));
    case "clip_by_global_norm":
      return clipByGlobalNorm(Number(args.max_norm));
    case "scale_by_adam":
      return scaleByAdam(optionsOf(args, ["b1", "b2", "eps", "eps_root", "nesterov"])!);
    default:
      return null;
  }
}

/** An optimizer of a name and optax's arguments. */
export function describedStep(name: string, args: Description): Optimizer | null {
  const make = OPTIMIZERS[name];
  if (!make) return null;
  const { learning_rate, ...rest } = args;
  const options = optionsOf(rest, TAKES[name]!);
  const rate = typeof learning_rate === "number"
    ? learning_rate
    : describedSchedule(learning_rate as Description);
  return options && rate !== null ? make(rate, options) : null;
}

function describedChain(specs: readonly Description[]): Optimizer | null {
  const transforms = specs.slice(0, -1).map(describedTransform);
  const last = describedOptimizer(specs.at(-1)!);
  return last && transforms.every((t) => t !== null) ? chain(...transforms, last) : null;
}

function describedGroups(spec: Description): Optimizer | null {
  const labels = spec.labels as { readonly [path: string]: string };
  const found = Object.entries(spec.transforms as { readonly [label: string]: Description })
    .filter(([, inner]) => inner.name !== "set_to_zero")
    .map(([label, inner]) => [label, describedOptimizer(inner)] as const);
  const optimizers: { [label: string]: Optimizer } = {};
  for (const [label, optimizer] of found) {
    if (!optimizer) return null;
    optimizers[label] = optimizer;
  }
  return groups(optimizers, (path) => labels[path]! in optimizers ? labels[path]! : null);
}

/** Our options of optax's arguments; null where one has no counterpart. */
function optionsOf(args: Description, allowed: readonly string[]): Options | null {
  const entries = Object.entries(args);
  if (entries.some(([name]) => !allowed.includes(name))) return null;
  return Object.fromEntries(entries.map(([name, value]) => [
    NAMES[name]!,
    name === "mask" ? (path: string) => (value as { [path: string]: boolean })[path]! : value,
  ]));
}

/** The leaf of our state that a path of optax's names, such as "[0].mu['enc']['b']". */
export function stateLeafOf(path: string): string {
  const fields = [...path.matchAll(/\.(\w+)((?:\[[^\]]*\])*)$/g)][0]!;
  const [, field, keys] = fields as unknown as [string, string, string];
  const leaf = [...keys.matchAll(/\[(?:'([^']*)'|(\d+))\]/g)].map(([, name, at]) => name ?? at);
  return [FIELDS[field] ?? field, ...leaf].join(".");
}

/** Our names of the parts of optax's states. */
const FIELDS: { readonly [field: string]: string } = {
  count: "step",
  gradient_step: "step",
  mini_step: "gathered",
  acc_grads: "grads",
};
