import { checkpoint, customJvp, customVjp, forLoop, grad, jvp } from "../../../autodiff/mod.ts";
import {
  abs,
  add,
  arange,
  argmax,
  argmin,
  argsort,
  clip,
  cos,
  cumsum,
  div,
  dynamicSlice,
  einsum,
  exp,
  greater,
  index,
  indexUpdate,
  integerPow,
  log1p,
  matmul,
  max,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  onesLike,
  remainder,
  round,
  sin,
  sort,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
  swapAxes,
  tanh,
  type Tensor,
  tensor,
  topK,
  treeZip,
  tril,
  where,
} from "../../../mod.ts";
import type { Functions } from "./autodiff.ts";

type Block = { readonly a: Tensor; readonly b: Tensor };
type Affine = { readonly w: Tensor; readonly b: Tensor };

const at = (x: Tensor, i: number): Tensor => index(x, [i]);

/** The identity with a derivative that is kept within [-1, 1]. */
const limited = customVjp(
  (v: Tensor) => v,
  (v: Tensor) => [v, null],
  (_, ct: Tensor) => [clip(ct, -1, 1)],
);

const wrong = customVjp(
  (a: Tensor, b: Tensor) => ({ s: mul(a, b), t: add(a, b) }),
  (a: Tensor, b: Tensor) => [{ s: mul(a, b), t: add(a, b) }, [cos(a), b]],
  ([c, b]: readonly Tensor[], ct: { readonly s: Tensor; readonly t: Tensor }) => [
    mul(mul(7, c!), ct.s),
    sub(mul(b!, ct.t), ct.s),
  ],
);

const log1pExp = customJvp(
  (v: Tensor) => add(log1p(exp(neg(abs(v)))), maximum(v, 0)),
  ([v], [dv]) => {
    const slope = sub(1, div(1, add(1, exp(minimum(v, 80)))));
    return [add(log1p(exp(neg(abs(v)))), maximum(v, 0)), mul(dv, slope)];
  },
);

/** √p by Newton's iteration; its derivative is that of the fixed point. */
const solveRoot = customVjp(
  newton,
  (p: Tensor) => {
    const z = newton(p);
    return [z, z];
  },
  (z: Tensor, ct: Tensor) => [div(ct, mul(2, z))],
);

function newton(p: Tensor): Tensor {
  return forLoop([0, 60], (_, z) => mul(0.5, add(z, div(p, z))), onesLike(p));
}

/** Functions with derivative rules, with derivatives inside, and with kinks and choices. */
export const functionsOfRules: Functions = {
  straight_through: (x: Tensor) => sum(square(add(x, stopGradient(sub(round(x), x))))),
  stop_gradient_mix: (x: Tensor) =>
    sum(add(mul(square(x), stopGradient(sin(x))), stopGradient(integerPow(x, 3)))),
  custom_vjp_clip: (x: Tensor) => sum(square(limited(x))),
  custom_vjp_wrong: (x: Tensor, y: Tensor) => {
    const { s, t } = wrong(x, y);
    return sum(mul(s, t));
  },
  custom_jvp_log1pexp: (x: Tensor) => sum(log1pExp(x)),
  fixed_point_custom_vjp: (a: Tensor, x: Tensor) =>
    add(mul(solveRoot(a), sum(square(x))), sum(mul(x, solveRoot(add(a, 1))))),
  checkpoint_block: (params: Block, x: Tensor) => {
    const block = checkpoint((p: Block, v: Tensor) => mul(sin(add(sin(matmul(p.a, v)), p.b)), v));
    return sum(square(block(params, block(params, block(params, x)))));
  },
  perturbation: (x: Tensor) => mul(x, grad((y: Tensor) => add(x, y))(x)),
  nested_grad: (x: Tensor) => {
    const inner = grad((y: Tensor) => mul(sin(mul(x, y)), square(y)));
    return add(inner(x), jvp((y: Tensor) => exp(mul(x, y)), [x], [mul(2, x)])[1]);
  },
  maml_inner: (params: Affine, x: Tensor, y: Tensor) => {
    const loss = (p: Affine): Tensor => mean(square(sub(tanh(add(matmul(x, p.w), p.b)), y)));
    const step = (p: Affine): Affine =>
      treeZip(([value, slope]) => sub(value!, mul(0.3, slope!)), p, grad(loss)(p));
    return loss(step(step(params)));
  },
  max_ties: (x: Tensor) =>
    add(
      sum(mul(max(x, { axes: 1 }), tensor([1, 2]))),
      sum(maximum(at(x, 0), at(x, 1))),
    ),
  where_unsafe: (x: Tensor) => sum(where(greater(x, 0), sqrt(x), 0)),
  where_safe: (x: Tensor) => {
    const ok = greater(x, 0);
    return sum(where(ok, sqrt(where(ok, x, 1)), 0));
  },
  sort_loss: (x: Tensor, w: Tensor) => {
    const [top, ids] = topK(x, 3);
    const first = index(index(w, [argsort(x)]), [{ stop: 2 }]);
    return [sum(mul(sort(x), w)), sum(square(top)), sum(index(w, [ids])), sum(square(first))]
      .reduce((a, b) => add(a, b));
  },
  scatter_loss: (x: Tensor, ids: Tensor, v: Tensor) => {
    const y = indexUpdate(x, [ids], { update: sin(v), kind: "add" });
    const z = indexUpdate(y, [2], { update: square(at(v, 0)) });
    return add(sum(square(z)), sum(mul(index(z, [ids]), v)));
  },
  batched_ops: (a: Tensor, b: Tensor) => [
    sort(a, { axis: 0 }),
    einsum("ij,bjk->bik", a, b),
    argmax(b, { axis: -1 }),
    cumsum(a, { axis: 1 }),
    dynamicSlice(a, [remainder(argmax(at(a, 0)), 2), 0], { sizes: [2, 2] }),
    index(a, [argmin(a, { axis: 0 }), arange(0, 3, { dtype: "i32" })]),
    matmul(tril(a), swapAxes(a, 0, 1)),
  ],
};
