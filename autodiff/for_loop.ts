import { add, iota, isTensor, less, reshape, type Tensor, type Tree } from "../core/mod.ts";
import { numberTensor } from "../core/internal.ts";
import { scan } from "./scan.ts";
import { whileLoop } from "./while_loop.ts";

/**
 * For i = lower, lower + 1, ... upper - 1: carry = step(i, carry). Bounds that are numbers make it a
 * `scan`, which has gradients; bounds that are tensors make it a `whileLoop`, which has not.
 *
 * @param bounds [lower, upper]: numbers, or i32 scalars
 * @param step the i32 scalar i and the carry to the next carry
 * @param init the first carry, a tree
 * @throws {TreeError} if the step returns another structure
 * @throws {ShapeError} if it returns another type
 * @throws {TypeError} if the step is async
 * @example Five doublings
 * ```ts
 * import { mul, tensor, type Tensor } from "../mod.ts";
 * import { forLoop } from "./mod.ts";
 * const x = forLoop([0, 5], (_i: Tensor, x: Tensor) => mul(x, 2), tensor(1));
 * if (await x.item() !== 32) throw new Error("unexpected value");
 * ```
 */
export function forLoop<C extends Tree>(
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
