import { valueAndGrad } from "../../../autodiff/mod.ts";
import {
  add,
  index,
  matmul,
  mean,
  mul,
  square,
  stack,
  sub,
  tanh,
  type Tensor,
  type Tree,
  treeEntries,
  treeLeaves,
  treeMap,
} from "../../../mod.ts";
import { globalNorm, type Optimizer } from "../../../optim/mod.ts";
import type { Attrs, MakeOp, OpTable } from "./_table.ts";
import {
  describedOptimizer,
  describedStep,
  describedTransform,
  stateLeafOf,
} from "./optim_described.ts";
import { describedSchedule, type Description } from "./optim_schedules.ts";

/** Names of the optimizers of PyTorch that compute what ours do. */
const TORCH: { readonly [name: string]: string } = { SGD: "sgd", Adam: "adam", AdamW: "adamw" };

/** Optimizers, transformations of gradients, schedules. */
export const optim: OpTable = {
  optimizer: (attrs) => {
    const optimizer = describedOptimizer(attrs.optimizer as Description);
    return optimizer && ((xs) => openLoop(optimizer, attrs, xs));
  },
  torch_optimizer: (attrs) => {
    const optimizer = torchOptimizer(attrs);
    return optimizer && ((xs) => openLoop(optimizer, attrs, xs));
  },
  transform: (attrs) => {
    const transform = describedTransform(attrs.optimizer as Description);
    return transform && ((xs) => openLoop({ ...transform, fixed: true }, attrs, xs));
  },
  train: (attrs) => {
    const optimizer = describedOptimizer(attrs.optimizer as Description);
    return optimizer && ((xs) => closedLoop(optimizer, Number(attrs.steps), xs));
  },
  schedule: (attrs) => {
    const schedule = describedSchedule(attrs);
    return schedule && (([steps]) => [schedule(steps!)]);
  },
  global_norm: () => (xs) => [globalNorm(xs)],
} satisfies { readonly [op: string]: MakeOp };

function torchOptimizer({ name, args }: Attrs): Optimizer | null {
  const { lr, ...rest } = args as Description;
  const ours = TORCH[String(name)];
  if (!ours) return null;
  const decay = ours === "adamw" ? { weight_decay: 0.01 } : {};
  return describedStep(ours, { learning_rate: lr, ...decay, ...rest });
}

/** What steps a tree; `fixed` keeps the parameters and shows what became of the gradients. */
type Stepper = Pick<Optimizer, "init" | "update"> & { readonly fixed?: boolean };

/** Parameters after every step, for given gradients; then the parts of the last state. */
function openLoop(stepper: Stepper, attrs: Attrs, xs: readonly Tensor[]): Tensor[] {
  let params = treeOf(attrs.params_tree, xs);
  const count = treeLeaves(params).length;
  const all = treeOf(attrs.params_tree, xs.slice(count));
  let state = stepper.init(params);
  const shown: Tensor[][] = [];
  for (let step = 0; step < Number(attrs.steps); step++) {
    const grads = treeMap((g) => index(g, [step]), all);
    const [next, nextState] = stepper.update(grads, state, params);
    if (!stepper.fixed) params = next;
    state = nextState;
    shown.push(treeLeaves(next));
  }
  const stacked = shown[0]!.map((_, leaf) => stack(shown.map((leaves) => leaves[leaf]!)));
  const entries = treeEntries(state);
  const paths = attrs.state_paths as readonly string[] | null ?? [];
  return [...stacked, ...paths.map((path) => partOf(entries, path))];
}

function partOf(entries: readonly (readonly [string, Tensor])[], path: string): Tensor {
  const wanted = stateLeafOf(path);
  const found = entries.find(([name]) => name === wanted || name.endsWith(`.${wanted}`));
  if (found) return found[1];
  throw new TypeError(`Cannot find "${path}" in the state: it has no "${wanted}"`);
}

/** Losses before every step, then the last parameters, of a small regression. */
function closedLoop(optimizer: Optimizer, steps: number, xs: readonly Tensor[]): Tensor[] {
  const [b, s, w, x, y] = xs as [Tensor, Tensor, Tensor, Tensor, Tensor];
  type Params = { readonly b: Tensor; readonly s: Tensor; readonly w: Tensor };
  const loss = (p: Params): Tensor => {
    const out = mul(tanh(add(matmul(x, p.w), p.b)), p.s);
    return mean(square(sub(out, y)));
  };
  let params: Params = { b, s, w };
  let state = optimizer.init(params);
  const losses: Tensor[] = [];
  for (let step = 0; step < steps; step++) {
    const { value, grad } = valueAndGrad(loss)(params);
    losses.push(value);
    [params, state] = optimizer.update(grad, state, params);
  }
  return [stack(losses), params.b, params.s, params.w];
}

function treeOf(spec: unknown, xs: readonly Tensor[]): Tree {
  if (typeof spec === "number") return xs[spec]!;
  if (Array.isArray(spec)) return spec.map((item) => treeOf(item, xs));
  const entries = Object.entries(spec as { readonly [key: string]: unknown });
  return Object.fromEntries(entries.map(([key, item]) => [key, treeOf(item, xs)]));
}
