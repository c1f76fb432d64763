import { bind, ShapeError, type Tensor, type Tree, treeUnflatten } from "../core/mod.ts";
import { formatAval, intern, trace } from "../core/internal.ts";
import { flattenTrees, rebuildTrees, resultLeaves } from "./_flat.ts";
import { carryLeaves, constsFirst } from "./scan.ts";
import { whileP } from "./while_primitive.ts";

/**
 * While `test(carry)` holds, carry = step(carry). Forward derivatives work; gradients do not: use
 * `scan`, or `forLoop` with a fixed number of steps.
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
