import {
  add,
  any,
  bitwiseAnd,
  div,
  exp,
  exponential,
  fullLike,
  greaterEqual,
  keys,
  less,
  lessEqual,
  log,
  maximum,
  mul,
  neg,
  normal,
  onesLike,
  type Operand,
  pow,
  type Shape,
  splitKey,
  sqrt,
  square,
  sub,
  type Tensor,
  uniform,
  where,
  zerosLike,
} from "../../core/mod.ts";
import { customJvp } from "../custom_jvp.ts";
import { whileLoop } from "../while_loop.ts";
import { gammaSlope } from "./gamma_slope.ts";
import { spread } from "./_spread.ts";

/** Options of `gamma`: the shape parameter, above 0; it broadcasts. */
export type GammaOptions = { readonly a: Operand };

/**
 * Samples of the gamma distribution with density x^(a - 1) e⁻ˣ / Γ(a), in f32: Marsaglia and Tsang's
 * rejection, with the keys of JAX. The derivative in `a` moves a sample along with its quantile.
 *
 * @param from one key [2]
 * @param shape shape of the samples
 * @see Marsaglia & Tsang 2000, "A simple method for generating gamma variables"; Figurnov et al. 2018,
 * arXiv:1805.08498, for the derivative
 * @example Two samples
 * ```ts
 * import { key } from "../../core/mod.ts";
 * import { gamma } from "../mod.ts";
 * if (gamma(key(0), [2], { a: 3 }).shape.join() !== "2") throw new Error("unexpected shape");
 * ```
 */
export function gamma(from: Tensor, shape: Shape, options: GammaOptions): Tensor {
  const sample = customJvp(
    (key: Tensor, a: Tensor) => draw(key, a),
    ([key, a], [_, da]) => {
      const x = draw(key, a);
      return [x, mul(gammaSlope(a, x), da)];
    },
  );
  return sample(from, spread(options.a, shape));
}

/** Logarithms of samples of the gamma distribution, which do not underflow where `a` is small. */
export function logGamma(from: Tensor, shape: Shape, options: GammaOptions): Tensor {
  const sample = customJvp(
    (key: Tensor, a: Tensor) => drawLog(key, a),
    ([key, a], [_, da]) => {
      const y = drawLog(key, a);
      const x = maximum(exp(y), 2 ** -126);
      return [y, mul(div(gammaSlope(a, x), x), da)];
    },
  );
  return sample(from, spread(options.a, shape));
}

// Below 1 a sample for a + 1 is multiplied by u^(1 / a).

function draw(key: Tensor, a: Tensor): Tensor {
  const { sample, rest } = rejection(key, a);
  const u = sub(1, uniform(rest, []));
  return mul(sample, where(less(a, 1), pow(u, div(1, a)), 1));
}

function drawLog(key: Tensor, a: Tensor): Tensor {
  const { sample, rest } = rejection(key, a);
  const boost = div(neg(exponential(rest, [])), a);
  return add(log(sample), where(less(a, 1), boost, 0));
}

/** What is proposed: keys [..., 2], x² of the normal x, v³ with v = 1 + c x, and a uniform number. */
type Proposal = {
  readonly key: Tensor;
  readonly squared: Tensor;
  readonly cube: Tensor;
  readonly u: Tensor;
};

/** Samples for `a`, or a + 1 where `a` is below 1; and unused keys [..., 2]. */
function rejection(from: Tensor, a: Tensor): { readonly sample: Tensor; readonly rest: Tensor } {
  const [key, rest] = splitKey(keys(from, a.shape));
  const d = sub(where(less(a, 1), add(a, 1), a), 1 / 3);
  const c = div(1 / 3, sqrt(d));
  const isRefused = ({ squared, cube, u }: Proposal): Tensor =>
    bitwiseAnd(
      greaterEqual(u, sub(1, mul(0.0331, square(squared)))),
      greaterEqual(log(u), add(mul(0.5, squared), mul(d, add(sub(1, cube), log(cube))))),
    );
  const again = (last: Proposal): Proposal => {
    const [next, forX, forU] = splitKey(last.key, 3);
    const { x, v } = positive(forX, c);
    const refused = isRefused(last);
    const update = (fresh: Tensor, old: Tensor): Tensor => where(refused, fresh, old);
    return {
      key: next,
      squared: update(square(x), last.squared),
      cube: update(mul(square(v), v), last.cube),
      u: update(uniform(forU, []), last.u),
    };
  };
  // The first proposal is refused everywhere.
  const first = { key, squared: zerosLike(a), cube: onesLike(a), u: fullLike(a, 2) };
  const { cube } = whileLoop((last: Proposal) => any(isRefused(last)), again, first);
  return { sample: mul(d, cube), rest };
}

/** Normal x for which v = 1 + c x is above 0. */
function positive(from: Tensor, c: Tensor): { readonly x: Tensor; readonly v: Tensor } {
  type Carry = { readonly key: Tensor; readonly x: Tensor; readonly v: Tensor };
  return whileLoop(
    ({ v }: Carry) => any(lessEqual(v, 0)),
    ({ key, x, v }: Carry) => {
      const [next, fresh] = splitKey(key);
      const isLow = lessEqual(v, 0);
      const sample = where(isLow, normal(fresh, []), x);
      return { key: next, x: sample, v: where(isLow, add(1, mul(sample, c)), v) };
    },
    { key: from, x: zerosLike(c), v: fullLike(c, -1) },
  );
}
