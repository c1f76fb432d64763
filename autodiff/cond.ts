import {
  bind,
  convert,
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
  sameShape,
  trace,
  traceClosed,
  treeMatch,
} from "../core/internal.ts";
import { resultLeaves } from "./_flat.ts";
import { condP } from "./cond_primitive.ts";

/**
 * `onTrue(...operands)` where `pred` holds, else `onFalse(...operands)`; only that one runs. Under
 * `vmap` with a predicate of its own for every row both run, and each row selects.
 *
 * @param pred a scalar; numbers count as true where they are not zero
 * @param onTrue a function of the operands that returns a tree
 * @param onFalse the same, with results of the same structure and types
 * @param operands anything; what the functions close over is as good
 * @throws {ShapeError} if `pred` is no scalar, or the branches differ in a type
 * @throws {TreeError} if they differ in structure
 * @throws {TypeError} if a branch is async
 * @example The absolute value
 * ```ts
 * import { greater, neg, tensor, type Tensor } from "../mod.ts";
 * import { cond } from "./mod.ts";
 * const abs = (x: Tensor) => cond(greater(x, 0), (x: Tensor) => x, (x: Tensor) => neg(x), x);
 * if (await abs(tensor(-2)).item() !== 2) throw new Error("unexpected value");
 * ```
 */
export function cond<A extends readonly unknown[], B extends Tree>(
  pred: Tensor,
  onTrue: (...args: A) => B,
  onFalse: (...args: NoInfer<A>) => NoInfer<B>,
  ...operands: NoInfer<A>
): B {
  return choose(convert(convert(pred, "bool"), "i32"), [onFalse, onTrue], operands);
}

/**
 * The branch with number `index`, clamped to those there are, applied to the operands.
 *
 * @param index an integer scalar
 * @param branches functions of the operands with results of the same structure and types
 * @param operands anything
 * @throws as `cond`
 */
export function switchCase<A extends readonly unknown[], B extends Tree>(
  index: Tensor,
  branches: readonly ((...args: A) => B)[],
  ...operands: NoInfer<A>
): B {
  if (branches.length === 0) throw new RangeError("Cannot switch: there is no branch; give one");
  return choose(convert(index, "i32"), branches, operands);
}

function choose<A extends readonly unknown[], B extends Tree>(
  index: Tensor,
  branches: readonly ((...args: A) => B)[],
  operands: A,
): B {
  if (index.shape.length !== 0) {
    throw new ShapeError(
      `Cannot choose a branch by ${formatAval(index.aval)}: it must be a scalar; use vmap or where`,
      "cond",
      [index.shape],
    );
  }
  let outDef: TreeDef | null = null;
  const traced = branches.map((branch) =>
    trace(() => {
      const result = branch(...operands);
      const [leaves, def] = resultLeaves(result, "choose");
      outDef ??= def;
      if (!treeMatch(result, outDef!, [])) {
        throw new TreeError("Cannot choose: the branches return trees of different structure", "");
      }
      return leaves;
    }, [])
  );
  const captured = [...new Set(traced.flatMap((branch) => branch.captured))];
  const graphs = traced.map((branch) => intern(over(branch, captured)));
  requireAlike(graphs);
  const results = bind(condP, [index, ...captured], { branches: graphs });
  return treeUnflatten(outDef!, results) as B;
}

/** A branch as a Graph of what any branch captured. */
function over({ graph, captured }: Extracted, all: readonly Tensor[]): Graph {
  const places = captured.map((x) => all.indexOf(x));
  return traceClosed(
    (inputs) => applyGraph(graph, places.map((i) => inputs[i]!)),
    all.map((x) => x.aval),
  );
}

function requireAlike(graphs: readonly Graph[]): void {
  const [first, ...others] = graphs.map((graph) => graph.outputs.map((v) => graph.avals[v]!));
  for (const other of others) {
    other.forEach((aval, i) => {
      const expected = first![i]!;
      if (aval.dtype === expected.dtype && sameShape(aval.shape, expected.shape)) return;
      throw new ShapeError(
        `Cannot choose between ${formatAval(expected)} and ${formatAval(aval)}: ` +
          `branches must return the same types; convert or reshape one`,
        "cond",
        [expected.shape, aval.shape],
      );
    });
  }
}
