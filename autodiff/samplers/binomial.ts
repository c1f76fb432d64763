import {
  add,
  any,
  bitwiseAnd,
  bitwiseNot,
  bitwiseOr,
  ceil,
  clip,
  convert,
  div,
  floor,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  log1p,
  mul,
  neg,
  type Operand,
  type Shape,
  splitKey,
  sqrt,
  sub,
  take,
  type Tensor,
  tensor,
  uniform,
  where,
  zeros,
} from "../../core/mod.ts";
import { range } from "../../core/internal.ts";
import { whileLoop } from "../while_loop.ts";
import { untilAccepted } from "./_rejection.ts";
import { spread } from "./_spread.ts";

/** Parameters of the binomial distribution; they broadcast. */
export type BinomialOptions = {
  /** Number of trials, a whole number. */
  readonly n: Operand;
  /** Probability of success of each. */
  readonly p: Operand;
};

/**
 * Samples of the binomial distribution, as f32, with the keys of JAX: few successes are counted from one
 * to the next, many are drawn by rejection. NaN for parameters outside their range; no derivative
 * passes.
 *
 * @param from one key [2]
 * @param shape shape of the samples
 * @see Hörmann 1993, "The generation of binomial random variates"
 */
export function binomial(from: Tensor, shape: Shape, options: BinomialOptions): Tensor {
  const n = floor(spread(options.n, shape));
  const p = spread(options.p, shape);
  const isRare = less(p, 0.5);
  const q = where(isRare, p, sub(1, p));
  const valid = bitwiseAnd(greaterEqual(q, 0), greaterEqual(n, 0)); // not NaN either
  const safe = where(valid, q, 0.01);
  const isCounted = bitwiseOr(bitwiseNot(valid), lessEqual(mul(n, safe), 10));
  // Each way gets harmless parameters where the other one is taken.
  const counted = counting(from, where(bitwiseAnd(valid, isCounted), n, 0), safe);
  const rejected = rejection(from, where(isCounted, 1e4, n), where(isCounted, 0.5, safe));
  const successes = where(isCounted, counted, rejected);
  return where(valid, where(isRare, successes, sub(n, successes)), NaN);
}

/** Adds up the trials from one success to the next while they are at most `n`. */
function counting(from: Tensor, n: Tensor, p: Tensor): Tensor {
  type Carry = { readonly key: Tensor; readonly k: Tensor; readonly trials: Tensor };
  const logFailure = log1p(neg(p));
  const { k } = whileLoop(
    ({ trials }: Carry) => any(lessEqual(trials, n)),
    ({ key, k, trials }: Carry) => {
      const [fresh, next] = splitKey(key);
      return {
        key: next,
        k: where(lessEqual(trials, n), add(k, 1), k),
        trials: add(trials, ceil(div(log(uniform(fresh, n.shape)), logFailure))),
      };
    },
    { key: from, k: zeros(n.shape), trials: zeros(n.shape) },
  );
  return sub(k, 1);
}

/** Hörmann's transformed rejection, BTRS, for p up to 1/2 and n p of 10 and more. */
function rejection(from: Tensor, n: Tensor, p: Tensor): Tensor {
  const deviation = sqrt(mul(mul(n, p), sub(1, p)));
  const b = add(1.15, mul(2.53, deviation));
  const a = add(add(-0.0873, mul(0.0248, b)), mul(0.01, p));
  const alpha = mul(add(2.83, div(5.1, b)), deviation);
  const bound = sub(0.92, div(4.2, b));
  const ratio = logLikelihoodRatio(n, p);
  return untilAccepted(from, n.shape, ({ u, room, v }) => {
    const k = floor(add(mul(add(div(mul(2, a), room), b), u), add(mul(n, p), 0.5)));
    const atOnce = bitwiseAnd(greaterEqual(room, 0.07), lessEqual(v, bound));
    const inside = bitwiseAnd(greaterEqual(k, 0), lessEqual(k, n));
    const height = log(div(mul(v, alpha), add(div(a, mul(room, room)), b)));
    return { k, accept: bitwiseOr(atOnce, bitwiseAnd(inside, lessEqual(height, ratio(k)))) };
  });
}

/** ln of the probability of k successes over that of the most probable number m. */
function logLikelihoodRatio(n: Tensor, p: Tensor): (k: Tensor) => Tensor {
  const odds = div(p, sub(1, p));
  const m = floor(mul(add(n, 1), p));
  const failures = add(sub(n, m), 1);
  const top = add(
    mul(add(m, 0.5), log(div(add(m, 1), mul(odds, failures)))),
    add(stirlingTail(m), stirlingTail(sub(n, m))),
  );
  return (k) => {
    const others = add(sub(n, k), 1);
    const change = add(
      mul(add(n, 1), log(div(failures, others))),
      mul(add(k, 0.5), log(div(mul(odds, others), add(k, 1)))),
    );
    return sub(add(top, change), add(stirlingTail(k), stirlingTail(sub(n, k))));
  };
}

const LOG_FACTORIALS = range(10).map((k) => range(k).reduce((sum, i) => sum + Math.log(i + 1), 0));

// What Stirling's formula for ln k! lacks, in powers of k + 1.
const TAILS = LOG_FACTORIALS.map((exact, k) =>
  exact - (0.5 * Math.log(2 * Math.PI) + (k + 0.5) * Math.log(k + 1) - (k + 1))
);

function stirlingTail(k: Tensor): Tensor {
  const next = add(k, 1);
  const square = mul(next, next);
  const series = div(
    sub(1 / 12, div(sub(1 / 360, div(1 / 1260, square)), square)),
    next,
  );
  const table = take(tensor(TAILS), convert(clip(k, 0, 9), "i32"), { mode: "clip" });
  return where(greater(k, 9), series, table);
}
