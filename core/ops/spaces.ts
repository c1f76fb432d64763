import type { DType } from "../dtype.ts";
import { convert } from "../primitives/convert.ts";
import { exp } from "../primitives/exp.ts";
import { mul } from "../primitives/mul.ts";
import { pow } from "../primitives/pow.ts";
import type { Tensor } from "../tensor.ts";
import { linspace } from "./arange.ts";

/** Options of numbers at equal distances or ratios. */
export type SpaceOptions = {
  /** How many, 50 by default. */
  readonly count?: number;
  /** Whether the last is the end itself, true by default. */
  readonly endpoint?: boolean;
  readonly dtype?: DType;
};

/** Powers of `base` (default 10) whose exponents go from `start` to `stop` at equal distances. */
export function logspace(
  start: number,
  stop: number,
  options: SpaceOptions & { readonly base?: number } = {},
): Tensor {
  const { base = 10, dtype = "f32", ...rest } = options;
  return convert(pow(base, linspace(start, stop, rest)), dtype);
}

/**
 * Numbers from `start` to `stop` at equal ratios.
 *
 * @throws {RangeError} if the two have not the same sign, or one is 0
 */
export function geomspace(start: number, stop: number, options: SpaceOptions = {}): Tensor {
  if (!(start * stop > 0)) {
    throw new RangeError(
      `Cannot space numbers from ${start} to ${stop} at equal ratios: one is 0 or the signs differ`,
    );
  }
  const { dtype = "f32", ...rest } = options;
  const exponents = linspace(0, Math.log(stop / start), rest);
  return convert(mul(start, exp(exponents)), dtype);
}
