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
  treeLeaves,
  treeMap,
  treeZip,
} from "../../../mod.ts";
import { globalNorm, incrementalUpdate, type Optimizer } from "../../../optim/mod.ts";
import type { Attrs, MakeOp, OpTable } from "./_table.ts";
import { describedOptimizer, describedTransform, describedUpdates } from "./optim_described.ts";
import { describedSchedule, type Description } from "./optim_schedules.ts";
import { stateParts } from "./optim_state.ts";
import { torchOptimizer } from "./optim_torch.ts";

/** Optimizers, transformations of gradients, schedules. */
export const optim: OpTable = {
  optimizer: (attrs) => {
    const optimizer = describedOptimizer(attrs.optimizer as Description);
    return optimizer && ((xs) => openLoop(optimizer, attrs, xs));
  },
  torch_optimizer: (attrs) => {
    const optimizer = torchOptimizer(String(attrs.name), attrs.args as Description);
    return optimizer && ((xs) => openLoop(optimizer, attrs, xs));
  },
  transform: (attrs) => {
    const spec = attrs.optimizer as Description;
    const transform = describedTransform(spec);
    if (transform) return (xs) => openLoop({ ...transform, shows: "updates" }, attrs, xs);
    const optimizer = describedUpdates(spec);
    return optimizer && ((xs) => openLoop({ ...optimizer, shows: "difference" }, attrs, xs));
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
  incremental_update: (attrs) => ([fresh, old]) => [
    incrementalUpdate(fresh!, old!, { stepSize: Number(attrs.step_size) }),
  ],
} satisfies { readonly [op: string]: MakeOp };

/** What steps a tree. What shows updates, or how far parameters would move, keeps those. */
type Stepper = Pick<Optimizer, "init" | "update"> & {
  readonly shows?: "updates" | "difference";
};

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
    const before = params;
    if (!stepper.shows) params = next;
    state = nextState;
    const isDifference = stepper.shows === "difference";
    const result = isDifference ? treeZip(([q, p]) => sub(q!, p!), next, before) : next;
    shown.push(treeLeaves(result));
  }
  const stacked = shown[0]!.map((_, leaf) => stack(shown.map((leaves) => leaves[leaf]!)));
  const paths = attrs.state_paths as readonly string[] | null ?? [];
  return [...stacked, ...stateParts(state, paths, attrs.optimizer as Description)];
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
