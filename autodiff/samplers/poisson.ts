import {
  add,
  any,
  bitwiseAnd,
  bitwiseNot,
  bitwiseOr,
  convert,
  div,
  equal,
  floor,
  greater,
  greaterEqual,
  less,
  lessEqual,
  lgamma,
  log,
  mul,
  type Operand,
  type Shape,
  splitKey,
  sqrt,
  sub,
  type Tensor,
  uniform,
  where,
  zeros,
} from "../../core/mod.ts";
import { whileLoop } from "../while_loop.ts";
import { untilAccepted } from "./_rejection.ts";
import { spread } from "./_spread.ts";

/**
 * Samples of the Poisson distribution, i32, with the keys of JAX: below 10 by counting uniform factors,
 * above by rejection. No derivative passes.
 *
 * @param from one key [2]
 * @param shape shape of the samples
 * @param options `lam`: the mean, 0 or above; broadcasts
 * @see Knuth, The Art of Computer Programming, vol. 2; Hörmann 1993, "The transformed rejection method
 * for generating Poisson random variables"
 */
export function poisson(from: Tensor, shape: Shape, options: { readonly lam: Operand }): Tensor {
  const lam = spread(options.lam, shape);
  const isSmall = less(lam, 10);
  // Each way gets a harmless mean where the other one is taken.
  const counted = counting(from, where(isSmall, lam, 0));
  const rejected = rejection(from, where(isSmall, 1e5, lam));
  return where(equal(lam, 0), 0, where(isSmall, counted, rejected));
}

/** How many uniform factors it takes to bring 1 to e^(-lam), without the last. */
function counting(from: Tensor, lam: Tensor): Tensor {
  const { shape } = lam;
  type Carry = { readonly key: Tensor; readonly k: Tensor; readonly logProduct: Tensor };
  const isAbove = (logProduct: Tensor): Tensor => greater(add(logProduct, lam), 0);
  const { k } = whileLoop(
    ({ logProduct }: Carry) => any(isAbove(logProduct)),
    ({ key, k, logProduct }: Carry) => {
      const [next, fresh] = splitKey(key);
      return {
        key: next,
        k: where(isAbove(logProduct), add(k, 1), k),
        logProduct: add(logProduct, log(uniform(fresh, shape))),
      };
    },
    { key: from, k: zeros(shape, { dtype: "i32" }), logProduct: zeros(shape) },
  );
  return sub(k, 1);
}

/** Hörmann's transformed rejection, PTRS, for means of 10 and more. */
function rejection(from: Tensor, lam: Tensor): Tensor {
  const b = add(0.931, mul(2.53, sqrt(lam)));
  const a = add(-0.059, mul(0.02483, b));
  const inverseAlpha = add(1.1239, div(1.1328, sub(b, 3.4)));
  const bound = sub(0.9277, div(3.6224, sub(b, 2)));
  const samples = untilAccepted(from, lam.shape, ({ u, room, v }) => {
    const k = floor(add(add(mul(add(div(mul(2, a), room), b), u), lam), 0.43));
    const s = log(div(mul(v, inverseAlpha), add(div(a, mul(room, room)), b)));
    const t = sub(sub(mul(k, log(lam)), lam), lgamma(add(k, 1)));
    const atOnce = bitwiseAnd(greaterEqual(room, 0.07), lessEqual(v, bound));
    const never = bitwiseOr(less(k, 0), bitwiseAnd(less(room, 0.013), greater(v, room)));
    return { k, accept: bitwiseOr(atOnce, bitwiseAnd(bitwiseNot(never), lessEqual(s, t))) };
  });
  return convert(samples, "i32");
}
