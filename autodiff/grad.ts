import {
  isFloat,
  isTensor,
  ShapeError,
  type Tensor,
  type Tree,
  type TreeDef,
  treePaths,
  treeUnflatten,
} from "../core/mod.ts";
import { constant, formatShape, refusePromise, zerosOf } from "../core/internal.ts";
import {
  flattenTrees,
  linearizeFlat,
  type MaybeTree,
  rebuildTrees,
  resultLeaves,
} from "./_flat.ts";
import { refuseNonFloat } from "./_refuse.ts";

/** One position of an argument, or several. */
export type Argnums = number | readonly number[];

/** Options of `grad` and `valueAndGrad`. */
export type GradOptions<N extends Argnums = Argnums, H extends boolean = boolean> = {
  /** Positions of the arguments to differentiate with respect to; the first by default. */
  readonly argnums?: N;
  /** Whether the function returns [loss, auxiliary tree]. */
  readonly hasAux?: H;
};

/** The gradient's type: that of the argument, or a list of those of several. */
export type GradOf<A extends readonly unknown[], N extends Argnums> = N extends number ? A[N]
  : N extends readonly number[] ? { readonly [K in keyof N]: A[N[K] & keyof A] }
  : never;

/**
 * The gradient of a scalar function with respect to its first argument, a tree of float tensors; a
 * tree of the same type comes back, with zeros where the result does not depend on a leaf.
 *
 * The other arguments may be anything; nothing is computed for their gradients.
 *
 * @param f a function whose result is a scalar, or [scalar, auxiliary tree] with `hasAux`
 * @param options `argnums`: other positions, several give a list; `hasAux`: returns { grad, aux }
 * @throws {TreeError} if a leaf is no float tensor; names its path
 * @throws {ShapeError} if the result is no float scalar
 * @throws {TypeError} if `f` is async
 * @example The derivative of x³
 * ```ts
 * import { mul, tensor, type Tensor } from "../mod.ts";
 * import { grad } from "./mod.ts";
 * const slope = grad((x: Tensor) => mul(x, mul(x, x)))(tensor(2));
 * if (slope.shape.length !== 0) throw new Error("unexpected shape");
 * ```
 */
export function grad<A extends Tree, R extends readonly unknown[]>(
  f: (a: A, ...rest: R) => Tensor,
): (a: A, ...rest: R) => A;
/** The same with respect to the arguments named in `argnums`. */
export function grad<A extends readonly unknown[], const N extends Argnums>(
  f: (...args: A) => Tensor,
  options: { readonly argnums: N; readonly hasAux?: false },
): (...args: A) => GradOf<A, N>;
/** The same for a function that returns [loss, aux]. */
export function grad<A extends readonly unknown[], X extends Tree, const N extends Argnums = 0>(
  f: (...args: A) => readonly [Tensor, X],
  options: { readonly argnums?: N; readonly hasAux: true },
): (...args: A) => { readonly grad: GradOf<A, N>; readonly aux: X };
export function grad(
  f: Differentiable,
  options: GradOptions = {},
): (...args: unknown[]) => unknown {
  const both = differentiate(f, options);
  return (...args) => {
    const { grad, aux } = both(args);
    return options.hasAux ? { grad, aux } : grad;
  };
}

/**
 * The value of a scalar function and its gradient: { value, grad }, with `hasAux` { value, grad, aux }.
 *
 * @param f as for `grad`
 * @param options as for `grad`
 * @throws as `grad`
 * @example Loss and gradient
 * ```ts
 * import { mul, sum, tensor, type Tensor } from "../mod.ts";
 * import { valueAndGrad } from "./mod.ts";
 * const loss = (p: { readonly w: Tensor }) => sum(mul(p.w, p.w));
 * const { value, grad } = valueAndGrad(loss)({ w: tensor([1, 2]) });
 * if (value.shape.length !== 0 || grad.w.shape[0] !== 2) throw new Error("unexpected shapes");
 * ```
 */
export function valueAndGrad<A extends Tree, R extends readonly unknown[]>(
  f: (a: A, ...rest: R) => Tensor,
): (a: A, ...rest: R) => { readonly value: Tensor; readonly grad: A };
/** The same with respect to the arguments named in `argnums`. */
export function valueAndGrad<A extends readonly unknown[], const N extends Argnums>(
  f: (...args: A) => Tensor,
  options: { readonly argnums: N; readonly hasAux?: false },
): (...args: A) => { readonly value: Tensor; readonly grad: GradOf<A, N> };
/** The same for a function that returns [loss, aux]. */
export function valueAndGrad<
  A extends readonly unknown[],
  X extends Tree,
  const N extends Argnums = 0,
>(
  f: (...args: A) => readonly [Tensor, X],
  options: { readonly argnums?: N; readonly hasAux: true },
): (...args: A) => { readonly value: Tensor; readonly grad: GradOf<A, N>; readonly aux: X };
export function valueAndGrad(
  f: Differentiable,
  options: GradOptions = {},
): (...args: unknown[]) => unknown {
  const both = differentiate(f, options);
  return (...args) => {
    const { value, grad, aux } = both(args);
    return options.hasAux ? { value, grad, aux } : { value, grad };
  };
}

type Differentiable = (...args: never[]) => Tensor | readonly [Tensor, Tree];

function differentiate(f: Differentiable, options: GradOptions): (args: unknown[]) => {
  readonly value: Tensor;
  readonly grad: Tree;
  readonly aux: Tree | null;
} {
  const { argnums = 0, hasAux = false } = options;
  const positions = typeof argnums === "number" ? [argnums] : argnums;
  return (args) => {
    const places = positions.map((i) => argumentAt(i, args.length));
    const { leaves, counts, defs } = flattenTrees(places.map((i) => args[i] as MaybeTree));
    refuseNonFloat(leaves, places.flatMap((i) => treePaths(args[i] as Tree)));
    let auxDef: TreeDef | null = null;
    const { outputs, pull } = linearizeFlat(
      (inputs) => {
        const moved = rebuildTrees(defs, counts, inputs);
        const filled = args.slice();
        places.forEach((i, k) => filled[i] = moved[k]);
        const result: unknown = f(...filled as never[]);
        const [loss, aux] = split(result, hasAux);
        const [auxLeaves, def] = resultLeaves(aux, "differentiate");
        auxDef = def;
        return [loss, ...auxLeaves];
      },
      leaves,
      leaves.map(() => true),
    );
    const [value, ...aux] = outputs as [Tensor, ...Tensor[]];
    const cts = pull([constant(1, value.dtype), ...aux.map(() => null)]);
    const grads = rebuildTrees(
      defs,
      counts,
      cts.map((ct, i) => ct ?? zerosOf(leaves[i]!.aval)),
    ) as Tree[];
    return {
      value,
      grad: typeof argnums === "number" ? grads[0]! : grads,
      aux: auxDef ? treeUnflatten(auxDef, aux) : null,
    };
  };
}

/** The loss, checked, and what stands beside it. */
function split(result: unknown, hasAux: boolean): readonly [Tensor, MaybeTree] {
  refusePromise(result, "differentiate");
  const loss: unknown = hasAux ? (result as readonly unknown[])[0] : result;
  if (!isTensor(loss)) {
    throw new TypeError(
      `Cannot differentiate a function that returns ${hasAux ? "no [tensor, aux]" : "a tree"}: ` +
        `the result must be one scalar; ${
          hasAux ? "return [loss, aux]" : "use hasAux for [loss, aux], or jacrev for trees"
        }`,
    );
  }
  if (loss.shape.length !== 0 || !isFloat(loss.dtype)) {
    throw new ShapeError(
      `Cannot differentiate a function with result ${loss.dtype}${formatShape(loss.shape)}: ` +
        `it must be a float scalar; take the sum or mean, or use jacrev`,
      "grad",
      [loss.shape],
    );
  }
  return [loss, hasAux ? (result as readonly MaybeTree[])[1] : null];
}

/** An argument position counted from the front. */
export function argumentAt(argnum: number, count: number): number {
  const at = argnum < 0 ? argnum + count : argnum;
  if (Number.isInteger(at) && at >= 0 && at < count) return at;
  throw new RangeError(
    `Cannot differentiate in argument ${argnum}: the function was given ${count} arguments`,
  );
}
