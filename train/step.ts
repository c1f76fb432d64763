import { valueAndGrad } from "../autodiff/mod.ts";
import {
  add,
  foldIn,
  jit,
  mul,
  type Tensor,
  type Tree,
  treeMap,
  treeZip,
  zeros,
} from "../core/mod.ts";
import type { Optimizer } from "../optim/mod.ts";
import type { Batch } from "./batches.ts";

/** The loss of trainable parameters on a batch; `key` is for dropout, of which there is none without. */
export type Loss<P extends Tree> = (params: P, batch: Batch, key?: Tensor) => Tensor;

/** What a step changes. */
export type TrainState<P extends Tree, S extends Tree> = {
  readonly params: P;
  readonly optimizer: S;
  /** Steps made, an i32 scalar. */
  readonly step: Tensor;
};

/** The state before the first step. */
export function initTrainState<P extends Tree, S extends Tree>(
  params: P,
  optimizer: Optimizer<S>,
): TrainState<P, S> {
  return { params, optimizer: optimizer.init(params), step: zeros([], { dtype: "i32" }) };
}

/** One optimizer step over one or more batches of one shape. */
export type TrainStep<P extends Tree, S extends Tree> = (
  state: TrainState<P, S>,
  batches: readonly Batch[],
) => { readonly state: TrainState<P, S>; readonly loss: Tensor };

/**
 * A compiled training step. The state is donated: its buffers become those of the new state, so a
 * run takes constant memory. Gradients of several batches are averaged before the update.
 *
 * @param loss loss of the trainable parameters
 * @param optimizer what turns gradients into new parameters
 * @param options `key`: folded with the step and the batch for dropout
 */
export function trainStep<P extends Tree, S extends Tree>(
  loss: Loss<P>,
  optimizer: Optimizer<S>,
  options: { readonly key: Tensor },
): TrainStep<P, S> {
  type State = TrainState<P, S>;
  const gradients = (params: P, batch: Batch, key: Tensor) =>
    valueAndGrad(loss)(params, batch, key);
  const update = (state: State, grads: P): State => {
    const [params, optimizerState] = optimizer.update(grads, state.optimizer, state.params);
    return { params, optimizer: optimizerState, step: add(state.step, 1) };
  };
  const whole = jit((state: State, batch: Batch, key: Tensor) => {
    const { value, grad } = gradients(state.params, batch, foldIn(key, state.step));
    return { state: update(state, grad), loss: value };
  }, { donate: [0] });
  const first = jit((state: State, batch: Batch, key: Tensor) => {
    const { value, grad } = gradients(state.params, batch, foldIn(key, state.step));
    return { grads: grad, loss: value };
  });
  const accumulate = jit((sum: Sum<P>, state: State, batch: Batch, key: Tensor) => {
    const { value, grad } = gradients(state.params, batch, foldIn(key, state.step));
    const grads = treeZip(([a, b]) => add(a!, b!), sum.grads, grad);
    return { grads, loss: add(sum.loss, value) };
  }, { donate: [0] });
  const finish = jit((state: State, sum: Sum<P>, scale: Tensor) => {
    const grads = treeMap((g) => mul(g, scale), sum.grads);
    return { state: update(state, grads), loss: mul(sum.loss, scale) };
  }, { donate: [0, 1] });
  return (state, batches) => {
    if (batches.length === 1) return whole(state, batches[0]!, options.key);
    let sum: Sum<P> = first(state, batches[0]!, foldIn(options.key, 0));
    for (const [i, batch] of batches.slice(1).entries()) {
      sum = accumulate(sum, state, batch, foldIn(options.key, i + 1));
    }
    return finish(state, sum, mul(1 / batches.length, ones()));
  };
}

type Sum<P extends Tree> = { readonly grads: P; readonly loss: Tensor };

function ones(): Tensor {
  return add(zeros([]), 1);
}
