import {
  type Aval,
  convert,
  equal,
  iota,
  moveAxis,
  reshape,
  type Tensor,
  type Tree,
  type TreeDef,
  treePaths,
  treeUnflatten,
} from "../core/mod.ts";
import { sizeOf, zerosOf } from "../core/internal.ts";
import {
  flattenTrees,
  linearizeFlat,
  type MaybeTree,
  rebuildTrees,
  resultLeaves,
} from "./_flat.ts";
import { refuseNonFloat } from "./_refuse.ts";
import { type Argnums, argumentAt, type GradOf } from "./grad.ts";
import { vmap } from "./vmap.ts";

/** The tree of the result with the tree of the argument at every leaf. */
export type Jacobian<B, A> = Tree extends B ? Tree
  : B extends Tensor ? A
  : { readonly [K in keyof B]: Jacobian<NonNullable<B[K]>, A> };

/** Options of the Jacobians. */
export type JacobianOptions<N extends Argnums> = {
  /** Positions of the arguments to differentiate with respect to; the first by default. */
  readonly argnums?: N;
};

/**
 * The Jacobian by forward mode: one pass for every element of the argument. For a tensor of shape S
 * and a result of shape T the shape is T, then S; trees nest, the result's outside.
 *
 * @param f a function of trees that returns a tree
 * @param options `argnums`
 * @throws {TreeError} if a leaf of the argument is no float tensor; names its path
 * @throws {TypeError} if `f` is async
 * @example Of a square, element by element
 * ```ts
 * import { mul, tensor, type Tensor } from "../mod.ts";
 * import { jacfwd } from "./mod.ts";
 * const j = jacfwd((x: Tensor) => mul(x, x))(tensor([1, 2, 3]));
 * if (j.shape.join() !== "3,3") throw new Error("unexpected shape");
 * ```
 */
export function jacfwd<A extends readonly unknown[], B extends Tree, const N extends Argnums = 0>(
  f: (...args: A) => B,
  options: JacobianOptions<N> = {},
): (...args: A) => Jacobian<B, GradOf<A, N>> {
  return (...args) => {
    const call = prepare(f, args, options.argnums ?? 0);
    const columns = call.leaves.map((leaf, i) => {
      const { outputs, push } = linearizeFlat(
        call.flat,
        call.leaves,
        onlyAt(i, call.leaves.length),
      );
      const along = (dx: Tensor): readonly Tensor[] =>
        push([dx]).map((dy, j) => dy ?? zerosOf(outputs[j]!.aval));
      const rows = vmap(along, {})(basis(leaf.aval));
      return rows.map((row, j) => {
        const shape = [...outputs[j]!.shape, ...leaf.shape];
        return reshape(moveAxis(row, 0, row.shape.length - 1), shape);
      });
    });
    return call.assemble((out, leaf) => columns[leaf]![out]!) as Jacobian<B, GradOf<A, N>>;
  };
}

/**
 * The Jacobian by reverse mode: one pass for every element of the result. Same values and structure
 * as `jacfwd`; cheaper where the result is smaller than the argument.
 *
 * @param f a function of trees that returns a tree
 * @param options `argnums`
 * @throws as `jacfwd`
 */
export function jacrev<A extends readonly unknown[], B extends Tree, const N extends Argnums = 0>(
  f: (...args: A) => B,
  options: JacobianOptions<N> = {},
): (...args: A) => Jacobian<B, GradOf<A, N>> {
  return (...args) => {
    const call = prepare(f, args, options.argnums ?? 0);
    const { outputs, pull } = linearizeFlat(call.flat, call.leaves, call.leaves.map(() => true));
    const rows = outputs.map((y, j) => {
      const from = (ct: Tensor): readonly Tensor[] =>
        pull(outputs.map((_, k) => k === j ? ct : null))
          .map((dx, i) => dx ?? zerosOf(call.leaves[i]!.aval));
      return vmap(from, {})(basis(y.aval))
        .map((row, i) => reshape(row, [...y.shape, ...call.leaves[i]!.shape]));
    });
    return call.assemble((out, leaf) => rows[out]![leaf]!) as Jacobian<B, GradOf<A, N>>;
  };
}

/**
 * Second derivatives of a scalar function, forward over reverse. For a tensor of shape S the shape is
 * S, then S; trees nest in themselves.
 *
 * @param f a function whose result is a scalar; other results give their second derivatives
 * @param options `argnums`
 * @throws as `jacfwd`
 * @example Of a cube
 * ```ts
 * import { mul, sum, tensor, type Tensor } from "../mod.ts";
 * import { hessian } from "./mod.ts";
 * const h = hessian((x: Tensor) => sum(mul(x, mul(x, x))))(tensor([1, 2]));
 * if (h.shape.join() !== "2,2") throw new Error("unexpected shape");
 * ```
 */
export function hessian<A extends readonly unknown[], B extends Tree, const N extends Argnums = 0>(
  f: (...args: A) => B,
  options: JacobianOptions<N> = {},
): (...args: A) => Jacobian<Jacobian<B, GradOf<A, N>>, GradOf<A, N>> {
  const first = jacrev(f, options) as (...args: A) => Tree;
  return jacfwd(first, options) as unknown as (
    ...args: A
  ) => Jacobian<Jacobian<B, GradOf<A, N>>, GradOf<A, N>>;
}

type Call = {
  readonly leaves: readonly Tensor[];
  readonly flat: (inputs: readonly Tensor[]) => readonly Tensor[];
  /** The nested tree of entries, given one for every leaf of the result and of the argument. */
  readonly assemble: (entry: (out: number, leaf: number) => Tensor) => Tree;
};

function prepare<A extends readonly unknown[], B extends Tree>(
  f: (...args: A) => B,
  args: A,
  argnums: Argnums,
): Call {
  const positions = typeof argnums === "number" ? [argnums] : argnums;
  const places = positions.map((i) => argumentAt(i, args.length));
  const { leaves, counts, defs } = flattenTrees(places.map((i) => args[i] as MaybeTree));
  refuseNonFloat(leaves, places.flatMap((i) => treePaths(args[i] as Tree)));
  let outDef!: TreeDef;
  let outputs = 0;
  return {
    leaves,
    flat: (inputs) => {
      const filled: unknown[] = args.slice();
      rebuildTrees(defs, counts, inputs).forEach((tree, k) => filled[places[k]!] = tree);
      const [results, def] = resultLeaves(f(...filled as unknown as A), "differentiate");
      outDef = def!;
      outputs = results.length;
      return results;
    },
    assemble: (entry) => {
      const nested = Array.from({ length: outputs }, (_, out) => {
        const trees = rebuildTrees(defs, counts, leaves.map((_, leaf) => entry(out, leaf)));
        return (typeof argnums === "number" ? trees[0] : trees) as Tree;
      });
      // A tree in the place of a leaf: rebuilding does not look at what it places.
      return treeUnflatten(outDef, nested as readonly Tree[] as readonly Tensor[]);
    },
  };
}

/** The unit tensors of a type, stacked: [elements, ...shape]. */
function basis({ shape, dtype }: Aval): Tensor {
  const n = sizeOf(shape);
  const diagonal = equal(iota([n, n], { axis: 0 }), iota([n, n], { axis: 1 }));
  return reshape(convert(diagonal, dtype), [n, ...shape]);
}

function onlyAt(i: number, count: number): boolean[] {
  return Array.from({ length: count }, (_, k) => k === i);
}
