import { convert, isTensor, mul, sub, type Tensor, type Tree, treeZip } from "../core/mod.ts";
import { widen } from "./moments.ts";

/**
 * A step of gradient descent as a pair of pure functions over a state `S`, a tree of tensors.
 *
 * `update(grads, state, params)` returns the new parameters and the new state. Both functions only
 * build expressions, so a whole training step is one jitted function. They are written as methods so
 * that an optimizer with a precise state is also an `Optimizer`.
 */
export type Optimizer<S extends Tree = Tree> = {
  /** Only transformations have one, so that none is taken for an optimizer. */
  readonly kind?: never;
  init(params: Tree): S;
  update<P extends Tree>(grads: P, state: S, params: P): readonly [P, S];
};

/**
 * A transformation of gradients, such as clipping or the direction of Adam: as an `Optimizer`, but
 * `update` returns the transformed gradients, which an optimizer subtracts. `chain` puts it in front
 * of one.
 *
 * Directions of averages are in float32 even where gradients and parameters are narrower.
 */
export type Transform<S extends Tree = Tree> = {
  readonly kind: "transform";
  init(params: Tree): S;
  update<P extends Tree>(grads: P, state: S, params: P): readonly [P, S];
};

/** A learning rate as a function of the number of steps taken before, a scalar tensor. */
export type Schedule = (step: Tensor) => Tensor;

/** A learning rate: the same at every step, a scalar tensor if it is to be mapped, or a schedule. */
export type LearningRate = number | Tensor | Schedule;

/** The state of something that keeps none. */
export type EmptyState = { readonly [name: string]: never };

/**
 * Transformations one after the other as one, or in front of an optimizer as one optimizer. The state
 * is the list of their states.
 *
 * Every optimizer of this room is such a chain, or does what one would: `chain(direction, sgd(lr))`
 * descends along any direction.
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
export function chain(...transforms: readonly Transform[]): Transform<readonly Tree[]>;
/** Transformations in front of an optimizer, as one optimizer. */
export function chain(
  ...links: readonly [...transforms: readonly Transform[], last: Optimizer]
): Optimizer<readonly Tree[]>;
export function chain(
  ...links: readonly (Transform | Optimizer)[]
): Transform<readonly Tree[]> | Optimizer<readonly Tree[]> {
  const whole: Optimizer<readonly Tree[]> = {
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
  const last = links.at(-1);
  if (last && !last.kind) return whole;
  return { kind: "transform", init: whole.init, update: whole.update };
}

/** The learning rate at a step, as an operand. */
export function rateAt(lr: LearningRate, step: Tensor): Tensor | number {
  return typeof lr === "number" || isTensor(lr) ? lr : lr(step);
}

/** p - lr · direction, in float32 and rounded once to the parameter's dtype. */
export function descend<P extends Tree>(
  params: P,
  directions: Tree,
  options: { readonly lr: Tensor | number },
): P {
  return treeZip(
    ([p, direction]) => {
      const moved = sub(widen(p!), mul(options.lr, direction!));
      return convert(moved, p!.dtype);
    },
    params,
    directions,
  );
}
