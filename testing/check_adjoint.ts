import { vjp } from "../autodiff/mod.ts";
import type { Tree } from "../core/mod.ts";
import { flattened, pushforward } from "./flattened.ts";
import { directionsLike, type Flat, hostFunction, inner } from "./numeric.ts";

/**
 * Fails unless the pullback of `f` at `args` is the adjoint of its pushforward: ⟨c, J d⟩ = ⟨Jᵀ c, d⟩
 * for a random direction d and a random cotangent c, in f64 on the host.
 *
 * @param f from trees to a tree; it may close over tensors
 * @param args where: float leaves are differentiated
 * @param options `tolerance` relative to 1 + |⟨c, J d⟩| (default 1e-8), and the `seed` of d and c
 * @throws {Error} with both inner products
 */
export async function checkAdjoint<A extends readonly Tree[]>(
  f: (...args: A) => Tree,
  args: readonly [...A],
  options: { readonly tolerance?: number; readonly seed?: number } = {},
): Promise<void> {
  const { tolerance = 1e-8, seed = 0 } = options;
  const { flat, inputs, active } = await flattened(f, args);
  const by = directionsLike(active.map((i) => inputs[i]!), seed);
  const push = await hostFunction(pushforward(flat, active, inputs.length), [...inputs, ...by]);
  const tangents = push([...inputs, ...by]);
  const cts = directionsLike(tangents, seed + 1);
  const pullback: Flat = (xs) => {
    const all = xs.slice(0, inputs.length);
    const along: Flat = (moving) =>
      flat(all.map((x, i) => active.includes(i) ? moving[active.indexOf(i)]! : x));
    const [, pull] = vjp(along, [active.map((i) => all[i]!)]);
    return pull(xs.slice(inputs.length))[0];
  };
  const pulled = (await hostFunction(pullback, [...inputs, ...cts]))([...inputs, ...cts]);
  const [left, right] = [inner(cts, tangents), inner(pulled, by)];
  if (Math.abs(left - right) <= tolerance * (1 + Math.abs(left))) return;
  throw new Error(`The pullback is no adjoint: <c, J d> is ${left} and <Jt c, d> is ${right}`);
}
