import {
  add,
  atan,
  concatenate,
  cumsum,
  div,
  dot,
  exp,
  flip,
  index,
  integerPow,
  log,
  logSumExp,
  matmul,
  max,
  mul,
  neg,
  outer,
  pad,
  prod,
  sin,
  square,
  stack,
  sub,
  sum,
  tanh,
  type Tensor,
  type Tree,
  where,
} from "../../../mod.ts";
import type { Functions } from "./autodiff.ts";

type Uv = { readonly u: Tensor; readonly v: Tensor };
type Odd = { readonly a: Tensor; readonly list: readonly [Tensor, readonly [Tensor]] };
type Affine = { readonly w: Tensor; readonly b: Tensor };

const at = (x: Tensor, i: number): Tensor => index(x, [i]);

/** Functions of arithmetic alone. */
export const smoothFunctions: Functions = {
  cubic: (x: Tensor) => add(sub(integerPow(x, 3), mul(2, square(x))), x),
  sin_prod: (x: Tensor, y: Tensor) =>
    add(add(sin(mul(x, y)), mul(x, exp(neg(y)))), mul(log(x), square(y))),
  transcendental: (x: Tensor) =>
    add(div(mul(tanh(x), exp(sin(x))), add(1, mul(x, x))), square(atan(x))),
  rosenbrock: (x: Tensor) => {
    const [rest, start] = [index(x, [{ start: 1 }]), index(x, [{ stop: -1 }])];
    return sum(add(mul(100, square(sub(rest, square(start)))), square(sub(1, start))));
  },
  lse_quadratic: (x: Tensor, a: Tensor) => add(logSumExp(matmul(a, x)), mul(0.5, dot(x, x))),
  rectangular: (x: Tensor, y: Tensor) =>
    stack([
      mul(sum(x), at(y, 0)),
      add(prod(index(x, [{ stop: 2 }])), square(at(y, 1))),
      mul(sin(at(x, 0)), sum(y)),
      div(at(x, 1), add(1, square(at(y, -1)))),
      add(max(x), mul(0, at(y, 0))),
    ]),
  dict_output: (x: Tensor) => ({ a: mul(x, sum(x)), b: [sin(at(x, 0)), outer(x, x)] }),
  tree_quadratic: ({ u, v }: Uv) => add(sum(matmul(matmul(u, v), u)), sum(mul(exp(v), at(u, 0)))),
  broadcasting: (a: Tensor, b: Tensor, c: Tensor) =>
    sum(div(square(add(mul(a, b), c)), add(1, exp(neg(a))))),
  odd_tree: ({ a, list: [b, [c]] }: Odd) => add(mul(sum(square(a)), at(b, 0)), sum(c)),
  int_args: (x: Tensor, k: Tensor, m: Tensor): Tree => [
    sum(where(m, mul(x, k), square(x))),
    sum(k),
  ],
  affine_tree: ({ w, b }: Affine, x: Tensor) => add(matmul(x, w), b),
  linear_map: (x: Tensor) => {
    const y = concatenate([flip(x), mul(2, x)]);
    return { c: cumsum(y), p: pad(x, { low: [1], high: [2] }) };
  },
};
