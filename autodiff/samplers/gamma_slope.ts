import {
  add,
  any,
  digamma,
  div,
  greater,
  log,
  maximum,
  mul,
  neg,
  pow,
  reciprocal,
  reshape,
  sub,
  sum,
  type Tensor,
  tensor,
  where,
  zerosLike,
} from "../../core/mod.ts";
import { whileLoop } from "../while_loop.ts";

/**
 * How a sample x of the gamma distribution moves with its parameter a while its quantile stays:
 * dx/da = -(∂P/∂a) / (∂P/∂x), where P(a, x) is the distribution function.
 *
 * @see Figurnov et al. 2018, arXiv:1805.08498
 */
export function gammaSlope(a: Tensor, x: Tensor): Tensor {
  const isTail = greater(x, maximum(mul(2, a), 2));
  return where(isTail, tail(a, where(isTail, x, 2)), body(a, where(isTail, 1, x)));
}

/**
 * By the series P(a, x) = e⁻ˣ Σₖ x^(a + k) / Γ(a + k + 1): dx/da = -x Σₖ tₖ (ln x - ψ(a + k + 1)),
 * where tₖ = xᵏ / (a (a + 1) ... (a + k)).
 */
function body(a: Tensor, x: Tensor): Tensor {
  type Carry = {
    readonly next: Tensor;
    readonly term: Tensor;
    readonly terms: Tensor;
    readonly y: Tensor;
  };
  const logX = log(maximum(x, 2 ** -126));
  const { y } = whileLoop(
    ({ term, terms }: Carry) => any(greater(term, mul(1e-9, terms))),
    ({ next, term, terms, y }: Carry) => ({
      next: add(next, 1),
      term: mul(term, div(x, next)),
      terms: add(terms, term),
      y: add(y, mul(term, sub(logX, digamma(next)))),
    }),
    { next: add(a, 1), term: reciprocal(a), terms: zerosLike(a), y: zerosLike(a) },
  );
  return neg(mul(x, y));
}

// Gauss-Laguerre nodes and weights: ∫ f(s) e⁻ˢ ds ≈ Σ w f(s).
const NODES = [
  0.1157221173580205,
  0.6117574845151308,
  1.512610269776419,
  2.833751337743507,
  4.5992276394183484,
  6.844525453115177,
  9.621316842456867,
  13.006054993306348,
  17.116855187462257,
  22.151090379397004,
  28.487967250984,
  37.09912104446692,
];
const WEIGHTS = [
  0.26473137105543654,
  0.3777592758731421,
  0.24408201131987906,
  0.09044922221168182,
  0.020102381154634218,
  0.0026639735418653335,
  0.0002032315926630013,
  8.365055856819926e-06,
  1.6684938765409212e-07,
  1.342391030515004e-09,
  3.0616016350351023e-12,
  8.148077467426094e-16,
];

/**
 * Above most of the distribution the series cancels; there it is what is left above x:
 * dx/da = ∫ (1 + s/x)^(a - 1) e⁻ˢ (ln(x + s) - ψ(a)) ds over s from 0 to ∞.
 */
function tail(a: Tensor, x: Tensor): Tensor {
  const column = (y: Tensor): Tensor => reshape(y, [...y.shape, 1]);
  const [s, weights] = [tensor(NODES), tensor(WEIGHTS)];
  const point = add(column(x), s); // [..., nodes]
  const density = pow(div(point, column(x)), sub(column(a), 1));
  const score = sub(log(point), digamma(column(a)));
  return sum(mul(mul(weights, density), score), { axes: -1 });
}
