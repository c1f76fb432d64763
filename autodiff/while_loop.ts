import {
  add,
  bind,
  iota,
  isTensor,
  less,
  reshape,
  ShapeError,
  type Tensor,
  type Tree,
  treeUnflatten,
} from "../core/mod.ts";
import { formatAval, intern, numberTensor, trace } from "../core/internal.ts";
import { flattenTrees, rebuildTrees, resultLeaves } from "./_flat.ts";
import { carryLeaves, constsFirst, scan } from "./scan.ts";
import { whileP } from "./while_primitive.ts";

/**
 * While `test(carry)` holds, carry = step(carry). Forward derivatives work; gradients do not: use
 * `scan`, or `foriLoop` with a fixed number of steps.
 *
 * Under `vmap` it runs until every row is done; rows that are done keep their values.
 *
 * @param test the carry to a scalar bool
 * @param step keeps structure, shapes and dtypes of the carry
 * @param init the first carry, a tree
 * @throws {TreeError} if the step returns another structure
 * @throws {ShapeError} if it returns another type, or the test no bool scalar
 * @throws {TypeError} if a function is async
 * @example The first power of two above a number
 * ```ts
 * import { less, mul, tensor, type Tensor } from "../mod.ts";
 * import { whileLoop } from "./mod.ts";
 * const power = whileLoop((x: Tensor) => less(x, 100), (x: Tensor) => mul(x, 2), tensor(1));
 * if (await power.item() !== 128) throw new Error("unexpected value");
 * ```
 */
export function whileLoop<C extends Tree>(
  test: (carry: C) => Tensor,
  step: (carry: C) => NoInfer<C>,
  init: C,
): C {
  const { leaves, counts, defs } = flattenTrees([init]);
  const avals = leaves.map((x) => x.aval);
  const rebuild = (inputs: readonly Tensor[]): C => rebuildTrees(defs, counts, inputs)[0] as C;
  const tested = trace((inputs) => {
    const [results] = resultLeaves(test(rebuild(inputs)), "loop");
    const [going] = results;
    if (results.length !== 1 || going!.shape.length !== 0 || going!.dtype !== "bool") {
      throw new ShapeError(
        `Cannot loop while ${going ? formatAval(going.aval) : "nothing"}: the test must return a ` +
          `bool scalar; compare, or use any() or all()`,
        "while",
        results.map((x) => x.shape),
      );
    }
    return results;
  }, avals);
  const stepped = trace((inputs) => {
    const next = step(rebuild(inputs));
    return carryLeaves(next, init, defs[0]!, avals);
  }, avals);
  const results = bind(whileP, [...tested.captured, ...stepped.captured, ...leaves], {
    test: intern(constsFirst(tested.graph, tested.captured.length)),
    body: intern(constsFirst(stepped.graph, stepped.captured.length)),
    testConsts: tested.captured.length,
    bodyConsts: stepped.captured.length,
  });
  return treeUnflatten(defs[0]!, results) as C;
}

/**
 * For i = lower, lower + 1, ... upper - 1: carry = step(i, carry). Bounds that are numbers make it a
 * `scan`, which has gradients; bounds that are tensors make it a `whileLoop`, which has not.
 *
 * @param bounds [lower, upper]: numbers, or i32 scalars
 * @param step the i32 scalar i and the carry to the next carry
 * @param init the first carry, a tree
 * @throws as `whileLoop`
 * @example Five doublings
 * ```ts
 * import { mul, tensor, type Tensor } from "../mod.ts";
 * import { foriLoop } from "./mod.ts";
 * const x = foriLoop([0, 5], (_i: Tensor, x: Tensor) => mul(x, 2), tensor(1));
 * if (await x.item() !== 32) throw new Error("unexpected value");
 * ```
 */
export function foriLoop<C extends Tree>(
  bounds: readonly [lower: number | Tensor, upper: number | Tensor],
  step: (i: Tensor, carry: C) => NoInfer<C>,
  init: C,
): C {
  const [lower, upper] = bounds;
  if (typeof lower === "number" && typeof upper === "number") {
    const count = Math.max(upper - lower, 0);
    const indices = add(iota([count], { dtype: "i32" }), lower);
    return scan((carry: C, i: Tensor) => [step(i, carry), null], init, indices)[0];
  }
  const start = isTensor(lower) ? lower : add(reshape(iota([1]), []), lower);
  const end = isTensor(upper) ? upper : numberTensor(upper, "i32");
  type State = readonly [Tensor, Tree];
  return whileLoop(
    ([i]: State) => less(i, end),
    ([i, carry]: State): State => [add(i, 1), step(i, carry as C)],
    [start, init],
  )[1] as C;
}
