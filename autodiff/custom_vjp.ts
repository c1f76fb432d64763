import {
  type Aval,
  bind,
  type Graph,
  ShapeError,
  type Tensor,
  type Tree,
  type TreeDef,
  TreeError,
  treeUnflatten,
} from "../core/mod.ts";
import {
  applyGraph,
  type Extracted,
  formatAval,
  intern,
  refusePromise,
  sameShape,
  trace,
  traceClosed,
  treeMatch,
} from "../core/internal.ts";
import { type SplitArguments, splitArguments } from "./_arguments.ts";
import { type MaybeTree, resultLeaves } from "./_flat.ts";
import { customVjpP } from "./custom_vjp_primitive.ts";

/** What a backward rule returns: a cotangent for every argument, null where it is zero. */
export type Cotangents<A extends readonly unknown[]> = {
  readonly [I in keyof A]: A[I] extends Tree ? A[I] | null | undefined : null | undefined;
};

/**
 * `f` with a backward rule of its own.
 *
 * `f` runs where nothing is differentiated; where something is, `fwd` gives the same result and what
 * `bwd` needs, and `bwd` turns the cotangent of the result into those of the arguments. Second
 * derivatives differentiate `fwd` and `bwd`. Arguments that are no trees of tensors are settings.
 *
 * @param f a function of trees that returns a tree
 * @param fwd the same arguments to [result, residuals]; residuals are a tree or null
 * @param bwd (residuals, cotangent) to a list with one cotangent for every argument
 * @throws {TreeError} if `fwd` or `bwd` returns another structure than it should
 * @throws {TypeError} if a tensor that the three functions close over is differentiated, or one of
 *   them is async
 * @throws {UnsupportedError} in forward mode: there is only a backward rule
 * @example A gradient clipped to [-1, 1]
 * ```ts
 * import { clamp, mul, tensor, type Tensor } from "../mod.ts";
 * import { customVjp, grad } from "./mod.ts";
 * const limit = customVjp(
 *   (x: Tensor) => x,
 *   (x: Tensor) => [x, null],
 *   (_residuals: null, ct: Tensor) => [clamp(ct, -1, 1)],
 * );
 * const slope = grad((x: Tensor) => mul(10, limit(x)))(tensor(2));
 * if (await slope.item() !== 1) throw new Error("unexpected slope");
 * ```
 */
export function customVjp<
  A extends readonly unknown[],
  B extends Tree,
  S extends Tree | null,
>(
  f: (...args: A) => B,
  fwd: (...args: A) => readonly [NoInfer<B>, S],
  bwd: (residuals: S, ct: NoInfer<B>) => Cotangents<NoInfer<A>>,
): (...args: A) => B {
  return (...args) => {
    const split = splitArguments(args, treeUnflatten);
    const n = split.leaves.length;
    const plain = tracePlain(f, split);
    const forward = traceForward(fwd, split, plain);
    const backward = traceBackward(bwd, split, plain, forward);
    const captured = [plain, forward, backward].map((rule) => rule.traced.captured);
    const inputs = [...split.leaves, ...captured.flat()];
    const avals = inputs.map(avalOf);
    const [p, w, b] = captured.map((tensors) => tensors.length) as [number, number, number];
    const r = forward.residuals.length;
    const results = bind(customVjpP, inputs, {
      args: n,
      outputs: plain.outputs.length,
      given: backward.given,
      plain: closed(plain.traced.graph, avals, (all) => all.slice(0, n + p)),
      // What the backward rule captured travels as residuals.
      forward: intern(traceClosed((all) => [
        ...applyGraph(forward.traced.graph, [
          ...all.slice(0, n),
          ...all.slice(n + p, n + p + w),
        ]),
        ...all.slice(n + p + w),
      ], avals)),
      backward: closed(
        backward.traced.graph,
        [...forward.residuals, ...captured[2]!.map(avalOf), ...plain.outputs],
        (all) => [...all.slice(0, r), ...all.slice(r + b), ...all.slice(r, r + b)],
      ),
    });
    return treeUnflatten(plain.def, results) as B;
  };
}

type Plain = {
  readonly traced: Extracted;
  readonly def: TreeDef;
  readonly outputs: readonly Aval[];
};

type Forward = {
  readonly traced: Extracted;
  readonly def: TreeDef | null;
  readonly residuals: readonly Aval[];
};

type Backward = { readonly traced: Extracted; readonly given: readonly boolean[] };

/** A user function with its types taken off: `split` knows what its arguments are. */
type Rule = (...args: never[]) => unknown;

function tracePlain(f: Rule, split: SplitArguments): Plain {
  let def!: TreeDef;
  const traced = trace((leaves) => {
    const result = f(...split.fill(leaves) as never[]) as Tree;
    const [results, found] = resultLeaves(result, "differentiate");
    def = found!;
    return results;
  }, split.leaves.map(avalOf));
  return { traced, def, outputs: outputAvals(traced.graph) };
}

function traceForward(fwd: Rule, split: SplitArguments, { def, outputs }: Plain): Forward {
  let residualDef: TreeDef | null = null;
  const traced = trace((leaves) => {
    const result = fwd(...split.fill(leaves) as never[]);
    refusePromise(result, "differentiate");
    const [value, residuals] = result as readonly [Tree, MaybeTree];
    const results = matching(value, def, outputs, "the result of the forward rule");
    const [saved, found] = resultLeaves(residuals, "differentiate");
    residualDef = found;
    return [...results, ...saved];
  }, split.leaves.map(avalOf));
  const residuals = outputAvals(traced.graph).slice(outputs.length);
  return { traced, def: residualDef, residuals };
}

function traceBackward(
  bwd: Rule,
  split: SplitArguments,
  { def, outputs }: Plain,
  forward: Forward,
): Backward {
  const count = forward.residuals.length;
  let given: readonly boolean[] = [];
  const traced = trace((inputs) => {
    const saved = forward.def && treeUnflatten(forward.def, inputs.slice(0, count));
    const ct = treeUnflatten(def, inputs.slice(count));
    const result = bwd(...[saved, ct] as never[]);
    refusePromise(result, "differentiate");
    const cts = cotangentLeaves(result, split);
    given = cts.map((ct) => ct !== null);
    return cts.filter((ct) => ct !== null);
  }, [...forward.residuals, ...outputs]);
  return { traced, given };
}

/** Leaves of what the backward rule returned; null where a cotangent is zero. */
function cotangentLeaves(
  cts: unknown,
  { defs, counts, leaves }: SplitArguments,
): (Tensor | null)[] {
  if (!Array.isArray(cts) || cts.length !== defs.length) {
    throw new TreeError(
      `Cannot pull back: the backward rule must return a list of ${defs.length} cotangents, ` +
        `one for every argument; null stands for zero`,
      "",
    );
  }
  let next = 0;
  return defs.flatMap((def, i): readonly (Tensor | null)[] => {
    const own = leaves.slice(next, next += counts[i]!);
    const ct: Tree | null | undefined = cts[i];
    if (!def || ct === null || ct === undefined) return own.map(() => null);
    return matching(ct, def, own.map(avalOf), `cotangent ${i} of the backward rule`);
  });
}

/** Leaves of a tree that a rule returned, checked against what they belong to. */
function matching(tree: Tree, def: TreeDef, avals: readonly Aval[], what: string): Tensor[] {
  const leaves: Tensor[] = [];
  if (!treeMatch(tree, def, leaves)) {
    throw new TreeError(
      `Cannot differentiate: ${what} has another structure than what it belongs to`,
      "",
    );
  }
  leaves.forEach((leaf, i) => {
    const aval = avals[i]!;
    if (leaf.dtype === aval.dtype && sameShape(leaf.shape, aval.shape)) return;
    throw new ShapeError(
      `Cannot differentiate: ${what} is ${formatAval(leaf.aval)} where ${formatAval(aval)} ` +
        `belongs; sum, reshape or convert it`,
      "custom_vjp",
      [leaf.shape, aval.shape],
    );
  });
  return leaves;
}

/** The Graph over other inputs, of which `pick` takes its own. */
function closed(
  graph: Graph,
  avals: readonly Aval[],
  pick: (all: readonly Tensor[]) => readonly Tensor[],
): Graph {
  return intern(traceClosed((all) => applyGraph(graph, pick(all)), avals));
}

function outputAvals(graph: Graph): Aval[] {
  return graph.outputs.map((v) => graph.avals[v]!);
}

function avalOf(x: Tensor): Aval {
  return x.aval;
}
