import type { HostArray, Tree } from "../core/mod.ts";
import { flattened, pushforward } from "./flattened.ts";
import { centralDifference, close, directionsLike, hostFunction } from "./numeric.ts";

/** How derivatives are checked. */
export type GradientOptions = {
  /** 1: the derivative; 2: its derivative too. Default 1. */
  readonly order?: 1 | 2;
  /** Relative to 1 + |expected|. Default 1e-6, of second derivatives 1e-5. */
  readonly tolerance?: number;
  /** Of the direction in which `f` is differentiated. Default 0. */
  readonly seed?: number;
};

/**
 * Fails unless the directional derivative of `f` at `args` agrees with a central difference,
 * (f(x + h d) - f(x - h d)) / 2h, in a random direction d. Everything is computed in f64 on the
 * host, so that differences mean something.
 *
 * @param f from trees to a tree; it may close over tensors
 * @param args where: float leaves move, others stay as they are
 * @throws {Error} that names the result and both values
 * @example
 * ```ts
 * import { mul, sin, tensor, type Tensor } from "../mod.ts";
 * import { checkGradient } from "./mod.ts";
 *
 * const f = (x: Tensor) => mul(x, sin(x));
 * await checkGradient(f, [tensor([0.5, -1])], { order: 2 });
 * ```
 */
export async function checkGradient<A extends readonly Tree[]>(
  f: (...args: A) => Tree,
  args: readonly [...A],
  options: GradientOptions = {},
): Promise<void> {
  const { seed = 0, order = 1, tolerance } = options;
  const { flat, inputs, active, names } = await flattened(f, args);
  const by = directionsLike(active.map((i) => inputs[i]!), seed);
  const first = pushforward(flat, active, inputs.length);
  const values = await hostFunction(flat, inputs);
  const slopes = await hostFunction(first, [...inputs, ...by]);
  const found = slopes([...inputs, ...by]);
  const expected = centralDifference(values, inputs, active, by);
  requireClose("derivative", names, found, expected, tolerance ?? 1e-6);
  if (order === 1) return;
  const second = pushforward(first, active, inputs.length + by.length);
  const curvature = await hostFunction(second, [...inputs, ...by, ...by]);
  const differences = centralDifference((xs) => slopes([...xs, ...by]), inputs, active, by);
  const twice = curvature([...inputs, ...by, ...by]);
  requireClose("second derivative", names, twice, differences, tolerance ?? 1e-5);
}

function requireClose(
  what: string,
  names: readonly string[],
  found: readonly HostArray[],
  expected: readonly HostArray[],
  tolerance: number,
): void {
  found.forEach(({ data }, i) => {
    const differences = expected[i]!.data;
    if (close(data, differences, tolerance)) return;
    const at = data.findIndex((v, j) => !close([v], [differences[j]!], tolerance));
    throw new Error(
      `The ${what} of ${names[i]} is ${data[at]} at element ${at}, differences say ` +
        `${differences[at]} (tolerance ${tolerance})`,
    );
  });
}
