import { add, convert, mul, sub, type Tensor, type Tree, treeZip, zeros } from "../core/mod.ts";

/**
 * A step of gradient descent as a pair of pure functions over a state `S`, a tree of tensors.
 *
 * `update(grads, state, params)` returns the new parameters and the new state. Both functions only
 * build expressions, so a whole training step is one jitted function. They are written as methods so
 * that an optimizer with a precise state is also an `Optimizer`.
 */
export type Optimizer<S extends Tree = Tree> = {
  init(params: Tree): S;
  update<P extends Tree>(grads: P, state: S, params: P): readonly [P, S];
};

/**
 * A transformation of gradients, such as clipping: as an `Optimizer`, but `update` returns the
 * transformed gradients. `chain` puts it in front of an optimizer.
 */
export type Transform<S extends Tree = Tree> = {
  readonly kind: "transform";
  init(params: Tree): S;
  update<P extends Tree>(grads: P, state: S, params: P): readonly [P, S];
};

/** A learning rate as a function of the number of steps taken before, a scalar tensor. */
export type Schedule = (step: Tensor) => Tensor;

/** A learning rate: the same at every step, or a schedule. */
export type LearningRate = number | Schedule;

/** The state of something that keeps none. */
export type EmptyState = { readonly [name: string]: never };

/**
 * Transformations one after the other, then the optimizer, as one optimizer. Its state is the list
 * of their states.
 *
 * @example Clipping in front of a step
 * ```ts
 * import "../mod.ts";
 * import { tensor } from "../core/mod.ts";
 * import { chain, clipByGlobalNorm, sgd } from "./mod.ts";
 * const optimizer = chain(clipByGlobalNorm(1), sgd(0.5));
 * const params = { w: tensor(1) };
 * const [next] = optimizer.update({ w: tensor(8) }, optimizer.init(params), params);
 * if (await next.w.item() !== 0.5) throw new Error("unexpected");
 * ```
 */
export function chain(
  ...links: readonly [...transforms: readonly Transform[], last: Optimizer]
): Optimizer<readonly Tree[]> {
  return {
    init: (params) => links.map((link) => link.init(params)),
    update: (grads, state, params) => {
      let current = grads;
      const states = links.map((link, i) => {
        const [next, nextState] = link.update(current, state[i]!, params);
        current = next;
        return nextState;
      });
      return [current, states];
    },
  };
}

/** The learning rate at a step, as an operand. */
export function rateAt(lr: LearningRate, step: Tensor): Tensor | number {
  return typeof lr === "number" ? lr : lr(step);
}

/** p - lr · direction, in float32 and rounded once to the parameter's dtype. */
export function descend<P extends Tree>(
  params: P,
  directions: Tree,
  options: { readonly lr: Tensor | number },
): P {
  return treeZip(
    ([p, direction]) => {
      const moved = sub(convert(p!, wide(p!)), mul(options.lr, direction!));
      return convert(moved, p!.dtype);
    },
    params,
    directions,
  );
}

/** old + (1 - decay) · (value - old), written as decay · old + (1 - decay) · value. */
export function movingAverage(old: Tensor, value: Tensor, options: { decay: number }): Tensor {
  const { decay } = options;
  return add(mul(decay, old), mul(1 - decay, convert(value, old.dtype)));
}

/** Zeros like `x` to accumulate in: float32 even where the parameter is stored narrower. */
export function accumulator(x: Tensor): Tensor {
  return zeros(x.shape, { dtype: wide(x) });
}

/** `x` in the dtype that updates are computed in. */
export function widen(x: Tensor): Tensor {
  return convert(x, wide(x));
}

function wide(x: Tensor): "f64" | "f32" {
  return x.dtype === "f64" ? "f64" : "f32";
}

/** The count of steps at the start. */
export function firstStep(): Tensor {
  return zeros([], { dtype: "i32" });
}
