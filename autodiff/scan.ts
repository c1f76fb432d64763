import {
  type Aval,
  bind,
  type Graph,
  ShapeError,
  type Tensor,
  type Tree,
  type TreeDef,
  TreeError,
  treePaths,
  treeUnflatten,
} from "../core/mod.ts";
import {
  applyGraph,
  formatAval,
  intern,
  refusePromise,
  sameShape,
  trace,
  traceClosed,
  treeMatch,
} from "../core/internal.ts";
import { flattenTrees, rebuildTrees, resultLeaves } from "./_flat.ts";
import { rowAval } from "./batch_graph.ts";
import { scanP } from "./scan_primitive.ts";

/** Options of `scan`. */
export type ScanOptions = {
  /** Number of steps; needed where nothing is scanned. */
  readonly length?: number;
  /** Whether to start at the last slice; outputs are stacked in the order of the inputs. */
  readonly reverse?: boolean;
};

/**
 * A loop with a carry: step after step, [carry, y] = f(carry, x), where x runs over the slices of
 * `xs` along the leading axis. Traced once, whatever the length.
 *
 * @param f the step; its carry keeps structure, shapes and dtypes, y may be null
 * @param init the first carry, a tree
 * @param xs a tree whose leaves have one leading side, or null
 * @param options `length`, `reverse`
 * @returns the last carry, and the y of all steps stacked along a new leading axis
 * @throws {TreeError} if a step returns a carry of another structure
 * @throws {ShapeError} if a leaf of it has another type, or the leading sides differ
 * @throws {TypeError} if there is neither `xs` nor `length`, or `f` is async
 * @example A running sum
 * ```ts
 * import { add, tensor, type Tensor } from "../mod.ts";
 * import { scan } from "./mod.ts";
 * const step = (sum: Tensor, x: Tensor): [Tensor, Tensor] => [add(sum, x), add(sum, x)];
 * const [total, sums] = scan(step, tensor(0), tensor([1, 2, 3]));
 * if (total.shape.length !== 0 || sums.shape[0] !== 3) throw new Error("unexpected shapes");
 * ```
 */
export function scan<C extends Tree, X extends Tree | null, Y extends Tree | null>(
  f: (carry: C, x: X) => readonly [C, Y],
  init: C,
  xs: X,
  options: ScanOptions = {},
): readonly [carry: C, ys: Y] {
  const { leaves, counts, defs } = flattenTrees([init, xs]);
  const carry = counts[0]!;
  const length = stepsOf(leaves.slice(carry).map((x) => x.aval), options.length);
  const avals = leaves.map((x, i) => i < carry ? x.aval : rowAval(x.aval));
  let outDef: TreeDef | null = null;
  const { graph, captured } = trace((inputs) => {
    const [c, x] = rebuildTrees(defs, counts, inputs) as [C, X];
    const [next, y] = pair(f(c, x));
    const nextLeaves = carryLeaves(next, init, defs[0]!, avals);
    const [ys, def] = resultLeaves(y, "scan");
    outDef = def;
    return [...nextLeaves, ...ys];
  }, avals);
  const body = intern(constsFirst(graph, captured.length));
  const params = { body, consts: captured.length, carry, length, reverse: !!options.reverse };
  const results = bind(scanP, [...captured, ...leaves], params);
  const ys = outDef === null ? null : treeUnflatten(outDef, results.slice(carry));
  return [treeUnflatten(defs[0]!, results.slice(0, carry)) as C, ys as Y];
}

/** Captured inputs, which tracing puts last, come first. */
export function constsFirst(graph: Graph, captured: number): Graph {
  const own = graph.inputs - captured;
  const avals = graph.avals.slice(0, graph.inputs);
  return traceClosed(
    (inputs) => applyGraph(graph, [...inputs.slice(captured), ...inputs.slice(0, captured)]),
    [...avals.slice(own), ...avals.slice(0, own)],
  );
}

function pair<C, Y>(result: readonly [C, Y]): readonly [C, Y] {
  if (Array.isArray(result) && result.length === 2) return result;
  refusePromise(result, "scan");
  throw new TypeError("Cannot scan: a step must return [carry, y]; y may be null");
}

/** Leaves of a carry that a step returned, checked against those it was given. */
export function carryLeaves(
  next: Tree,
  init: Tree,
  def: TreeDef,
  avals: readonly Aval[],
): Tensor[] {
  const leaves: Tensor[] = [];
  if (!treeMatch(next, def, leaves)) {
    throw new TreeError(
      "Cannot loop: a step returns a carry of another structure than it was given",
      "",
    );
  }
  leaves.forEach((leaf, i) => {
    const aval = avals[i]!;
    if (leaf.dtype === aval.dtype && sameShape(leaf.shape, aval.shape)) return;
    const path = treePaths(init)[i]!;
    throw new ShapeError(
      `Cannot loop: the carry${path && ` at "${path}"`} is ${formatAval(aval)} before a step and ` +
        `${formatAval(leaf.aval)} after it; convert or reshape it`,
      "scan",
      [aval.shape, leaf.shape],
    );
  });
  return leaves;
}

function stepsOf(avals: readonly Aval[], given: number | undefined): number {
  let length = given;
  for (const { shape } of avals) {
    const side = shape[0];
    if (side !== undefined && (length ??= side) === side) continue;
    throw new ShapeError(
      `Cannot scan over shape [${shape.join(", ")}] in ${length ?? "any"} steps: ` +
        `every scanned leaf needs one leading side of the same size`,
      "scan",
      avals.map((aval) => aval.shape),
    );
  }
  if (length === undefined) {
    throw new TypeError("Cannot scan over nothing: give xs, or length");
  }
  return length;
}
