import * as g from "../../core/mod.ts";
import * as internal from "../../core/internal.ts";
import type { Tensor, Tree } from "../../core/mod.ts";
import * as ad from "../../autodiff/mod.ts";

/** The functions of the autodiff goldens, by name, as their Python text defines them. */

type P = { readonly [name: string]: Tensor };
type Fn = (...args: never[]) => Tree;

const { add, cos, div, exp, log, matmul, mean, mul, neg, sin, square, sub, sum, tanh } = g;

/** Element or row `i` along the first axis. */
const at = (x: Tensor, i: number): Tensor => g.index(x, [i]);
const cube = (x: Tensor): Tensor => g.integerPow(x, 3);
const sumSquares = (x: Tensor): Tensor => sum(square(x));
const i32 = (value: number): Tensor => internal.constant(value, "i32");
const dense = (x: Tensor, w: Tensor, b: Tensor): Tensor => add(matmul(x, w), b);

const rnnStep = (p: P, h: Tensor, x: Tensor): Tensor =>
  tanh(add(add(matmul(x, p.wx!), matmul(h, p.wh!)), p.b!));

function xent(p: P, x: Tensor, labels: Tensor): Tensor {
  const logp = g.logSoftmax(dense(x, p.w!, p.b!));
  return neg(mean(g.takeAlongAxis(logp, g.expandDims(labels, 1), { axis: -1 })));
}

function attention(p: P, x: Tensor): Tensor {
  const [t, d] = x.shape as [number, number];
  const heads = (w: Tensor): Tensor =>
    g.transpose(g.reshape(matmul(x, w), [t, 2, d / 2]), [1, 0, 2]);
  const s = div(g.einsum("hqd,hkd->hqk", heads(p.q!), heads(p.k!)), Math.sqrt(d / 2));
  const masked = g.where(g.tril(g.ones([t, t], { dtype: "bool" })), s, -Infinity);
  const y = g.einsum("hqk,hkd->qhd", g.softmax(masked), heads(p.v!));
  return sumSquares(matmul(g.reshape(y, [t, d]), p.o!));
}

/** Padding that keeps the side, divided by the stride. */
function same(x: Tensor, w: Tensor, stride: number): readonly [number, number][] {
  return [2, 3].map((axis): [number, number] => {
    const [side, k] = [x.shape[axis]!, w.shape[axis]!];
    const total = Math.max((Math.ceil(side / stride) - 1) * stride + k - side, 0);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  });
}

function convNet(p: P, x: Tensor): Tensor {
  const h = g.maximum(g.convGeneral(x, p.k1!, { padding: same(x, p.k1!, 1) }), 0);
  const [n, c, height, width] = h.shape as [number, number, number, number];
  const windows = g.reshape(h, [n, c, height / 2, 2, width / 2, 2]);
  const pooled = g.max(windows, { axes: [3, 5] });
  const y = tanh(g.convGeneral(pooled, p.k2!, { stride: 2, padding: same(pooled, p.k2!, 2) }));
  return sumSquares(g.softmax(matmul(g.reshape(y, [n, -1]), p.w!)));
}

function gpNll(x: Tensor, y: Tensor, p: P): Tensor {
  const d = div(sub(x, g.transpose(x)), exp(p.log_len!));
  const noise = mul(exp(mul(2, p.log_noise!)), g.eye(x.shape[0]!));
  const k = add(exp(sub(mul(2, p.log_amp!), mul(mul(0.5, d), d))), noise);
  const low = g.cholesky(k);
  const column = y.shape.length === 1 ? g.expandDims(y, 1) : y;
  const z = g.triangularSolve(low, column, { lower: true });
  return add(mul(0.5, sumSquares(z)), sum(log(g.diagonal(low))));
}

function mamlInner(p: P, x: Tensor, y: Tensor): Tensor {
  const loss = (p: P): Tensor => mean(square(sub(tanh(dense(x, p.w!, p.b!)), y)));
  let fast = p;
  for (let i = 0; i < 2; i++) {
    fast = g.treeZip(([p, d]) => sub(p!, mul(0.3, d!)), fast, ad.grad(loss)(fast));
  }
  return loss(fast);
}

function customWrong(x: Tensor, y: Tensor): Tensor {
  const f = (a: Tensor, b: Tensor) => ({ s: mul(a, b), t: add(a, b) });
  const wrong = ad.customVjp(
    f,
    (a: Tensor, b: Tensor) => [f(a, b), [cos(a), b] as readonly Tensor[]],
    ([c, b], ct) => [mul(mul(7, c!), ct.s), sub(mul(b!, ct.t), ct.s)],
  );
  const { s, t } = wrong(x, y);
  return sum(mul(s, t));
}

function fixedPoint(a: Tensor, x: Tensor): Tensor {
  const root = (p: Tensor): Tensor =>
    ad.foriLoop([0, 60], (_i, z: Tensor) => mul(0.5, add(z, div(p, z))), g.onesLike(p));
  const solve = ad.customVjp(
    root,
    (p: Tensor) => {
      const z = root(p);
      return [z, z];
    },
    (z: Tensor, ct: Tensor) => [div(ct, mul(2, z))],
  );
  return add(mul(solve(a), sumSquares(x)), sum(mul(x, solve(add(a, 1)))));
}

function rungeKutta(p: P, y0: Tensor): Tensor {
  const f = (y: Tensor): Tensor => {
    const pull = neg(mul(p.k!, sin(at(y, 0))));
    return g.stack([at(y, 1), sub(pull, mul(p.d!, at(y, 1)))]);
  };
  const step = (y: Tensor): [Tensor, null] => {
    const k1 = f(y);
    const k2 = f(add(y, mul(0.05, k1)));
    const k3 = f(add(y, mul(0.05, k2)));
    const k4 = f(add(y, mul(0.1, k3)));
    const slope = add(add(k1, mul(2, k2)), add(mul(2, k3), k4));
    return [add(y, mul(slope, 0.1 / 6)), null];
  };
  return sumSquares(ad.scan(step, y0, null, { length: 20 })[0]);
}

function foriUpdate(x: Tensor, w: Tensor): Tensor {
  const one = (b: Tensor, i: Tensor): Tensor => g.dynamicSlice(b, [i], { sizes: [1] });
  const body = (i: Tensor, b: Tensor): Tensor => {
    const next = add(mul(one(b, i), one(w, i)), one(b, sub(i, 1)));
    return g.dynamicUpdateSlice(b, next, { starts: [i] });
  };
  return sumSquares(ad.foriLoop([1, 5], body, x));
}

function scatterLoss(x: Tensor, ids: Tensor, v: Tensor): Tensor {
  const y = g.indexUpdate(x, [ids], { update: sin(v), kind: "add" });
  const z = g.indexUpdate(y, [2], { update: square(at(v, 0)) });
  return add(sumSquares(z), sum(mul(g.take(z, ids), v)));
}

function sortLoss(x: Tensor, w: Tensor): Tensor {
  const [top, ids] = g.topK(x, 3);
  const ordered = g.slice(g.take(w, g.argsort(x)), { stop: [2] });
  return add(
    add(sum(mul(g.sort(x), w)), sumSquares(top)),
    add(sum(g.take(w, ids)), sumSquares(ordered)),
  );
}

export const goldenFunctions: { readonly [name: string]: Fn } = {
  cubic: (x: Tensor) => add(sub(cube(x), mul(2, square(x))), x),
  sin_prod: (x: Tensor, y: Tensor) =>
    add(add(sin(mul(x, y)), mul(x, exp(neg(y)))), mul(log(x), square(y))),
  transcendental: (x: Tensor) =>
    add(div(mul(tanh(x), exp(sin(x))), add(1, mul(x, x))), square(g.atan(x))),
  rosenbrock: (x: Tensor) => {
    const head = g.slice(x, { stop: [-1] });
    const tail = g.slice(x, { start: [1] });
    return sum(add(mul(100, square(sub(tail, square(head)))), square(sub(1, head))));
  },
  lse_quadratic: (x: Tensor, a: Tensor) => add(g.logSumExp(matmul(a, x)), mul(0.5, g.dot(x, x))),
  rectangular: (x: Tensor, y: Tensor) =>
    g.stack([
      mul(sum(x), at(y, 0)),
      add(g.prod(g.slice(x, { stop: [2] })), square(at(y, 1))),
      mul(sin(at(x, 0)), sum(y)),
      div(at(x, 1), add(1, square(at(y, -1)))),
      add(g.max(x), mul(0, at(y, 0))),
    ]),
  dict_output: (x: Tensor) => ({ a: mul(x, sum(x)), b: [sin(at(x, 0)), g.outer(x, x)] }),
  tree_quadratic: (p: P) =>
    add(sum(matmul(matmul(p.u!, p.v!), p.u!)), sum(mul(exp(p.v!), at(p.u!, 0)))),
  mlp_loss: (p: { layers: readonly P[]; scale: Tensor }, x: Tensor, y: Tensor) => {
    const h = tanh(dense(x, p.layers[0]!.w!, p.layers[0]!.b!));
    return mean(square(sub(mul(dense(h, p.layers[1]!.w!, p.layers[1]!.b!), p.scale), y)));
  },
  softmax_xent: xent,
  softmax_xent_aux: (p: P, x: Tensor, labels: Tensor) => {
    const logits = dense(x, p.w!, p.b!);
    const hits = g.equal(g.argmax(logits, { axis: -1 }), labels);
    return [xent(p, x, labels), { correct: sum(g.convert(hits, "i32")), logits }];
  },
  layer_norm_net: (x: Tensor, scale: Tensor, bias: Tensor) => {
    const m = mean(x, { axes: [-1], keepDims: true });
    const v = mean(square(sub(x, m)), { axes: [-1], keepDims: true });
    const y = add(mul(mul(sub(x, m), g.rsqrt(add(v, 1e-5))), scale), bias);
    const inner = mul(Math.sqrt(2 / Math.PI), add(y, mul(0.044715, cube(y))));
    return sum(mul(sin(y), mul(y, mul(0.5, add(1, tanh(inner))))));
  },
  attention_net: attention,
  conv_net: convNet,
  embedding_loss: (table: Tensor, ids: Tensor, w: Tensor) =>
    sumSquares(tanh(matmul(mean(g.take(table, ids), { axes: [-2] }), w))),
  gp_nll: gpNll,
  mixed_precision: (w: Tensor, x: Tensor, y: Tensor) =>
    mean(square(sub(g.convert(tanh(matmul(x, w)), y.dtype), y))),
  straight_through: (x: Tensor) => sumSquares(add(x, g.stopGradient(sub(g.round(x), x)))),
  stop_gradient_mix: (x: Tensor) =>
    sum(add(mul(square(x), g.stopGradient(sin(x))), g.stopGradient(cube(x)))),
  custom_vjp_clip: (x: Tensor) => {
    const limit = ad.customVjp(
      (v: Tensor) => v,
      (v: Tensor) => [v, null],
      (_: null, ct: Tensor) => [g.clamp(ct, -1, 1)],
    );
    return sumSquares(limit(x));
  },
  custom_vjp_wrong: customWrong,
  custom_jvp_log1pexp: (x: Tensor) => {
    const f = (v: Tensor): Tensor => add(g.log1p(exp(neg(g.abs(v)))), g.maximum(v, 0));
    const soft = ad.customJvp(f, ([v], [dv]) => {
      const grow = add(1, exp(g.minimum(v, 80)));
      return [f(v), mul(dv, sub(1, div(1, grow)))];
    });
    return sum(soft(x));
  },
  fixed_point_custom_vjp: fixedPoint,
  checkpoint_block: (p: P, x: Tensor) => {
    const block = ad.checkpoint((p: P, v: Tensor) => mul(sin(add(sin(matmul(p.a!, v)), p.b!)), v));
    return sumSquares(block(p, block(p, block(p, x))));
  },
  perturbation: (x: Tensor) => mul(x, ad.grad((y: Tensor) => add(x, y))(x)),
  nested_grad: (x: Tensor) => {
    const inner = ad.grad((y: Tensor) => mul(sin(mul(x, y)), square(y)));
    const along = ad.jvp((y: Tensor) => exp(mul(x, y)), [x], [mul(2, x)])[1];
    return add(inner(x), along);
  },
  maml_inner: mamlInner,
  max_ties: (x: Tensor) => {
    const weights = add(1, g.iota([2], { dtype: x.dtype }));
    const rows = sum(mul(g.max(x, { axes: [1] }), weights));
    return add(rows, sum(g.maximum(at(x, 0), at(x, 1))));
  },
  where_unsafe: (x: Tensor) => sum(g.where(g.greater(x, 0), g.sqrt(x), 0)),
  where_safe: (x: Tensor) => {
    const ok = g.greater(x, 0);
    return sum(g.where(ok, g.sqrt(g.where(ok, x, 1)), 0));
  },
  sort_loss: sortLoss,
  scatter_loss: scatterLoss,
  broadcasting: (a: Tensor, b: Tensor, c: Tensor) =>
    sum(div(square(add(mul(a, b), c)), add(1, exp(neg(a))))),
  odd_tree: (p: { a: Tensor; list: readonly [Tensor, readonly [Tensor]] }) =>
    add(mul(sumSquares(p.a), at(p.list[0], 0)), sum(p.list[1][0])),
  int_args: (x: Tensor, k: Tensor, m: Tensor) => [
    sum(g.where(m, mul(x, k), square(x))),
    sum(k),
  ],
  scan_rnn: (p: P, h: Tensor, xs: Tensor) => {
    const step = (h: Tensor, x: Tensor): [Tensor, readonly Tensor[]] => {
      const next = rnnStep(p, h, x);
      return [next, [sum(next), g.slice(next, { stop: [2] })]];
    };
    return ad.scan(step, h, xs);
  },
  scan_rnn_loss: (p: P, h: Tensor, xs: Tensor) => {
    const step = (h: Tensor, x: Tensor): [Tensor, Tensor] => {
      const next = rnnStep(p, h, x);
      return [next, sumSquares(next)];
    };
    const [last, ys] = ad.scan(step, h, xs);
    return add(sum(ys), sum(last));
  },
  scan_reverse_tree: (c: P, xs: P) => {
    const step = (c: P, x: P): [P, P] => {
      const p = add(mul(0.5, c.p!), mul(x.a!, x.b!));
      return [{ p, k: add(c.k!, 1) }, { y: sum(p), k: c.k! }];
    };
    return ad.scan(step, c, xs, { reverse: true });
  },
  scan_logistic: (x: Tensor) => {
    const step = (c: Tensor): [Tensor, Tensor] => [mul(mul(3.2, c), sub(1, c)), c];
    const [y, ys] = ad.scan(step, x, null, { length: 7 });
    return add(y, sum(ys));
  },
  nested_scan: (c: Tensor, xs: Tensor) => {
    const inner = (d: Tensor, x: Tensor): [Tensor, Tensor] => [add(mul(d, 0.7), sin(x)), d];
    const outer = (c: Tensor, x: Tensor): [Tensor, Tensor] => {
      const [d, ys] = ad.scan(inner, sum(c), x);
      return [add(c, mul(d, x)), sum(ys)];
    };
    const [last, ys] = ad.scan(outer, c, xs);
    return add(sum(last), sumSquares(ys));
  },
  scan_empty: (xs: Tensor, c: Tensor) => {
    const [last, ys] = ad.scan((c: Tensor, x: Tensor) => [mul(c, x), sum(x)], c, xs);
    return add(sumSquares(last), sum(ys));
  },
  fori_static: (x: Tensor) =>
    sum(ad.foriLoop([0, 5], (i, v: Tensor) => mul(sin(v), add(1, mul(0.1, i))), x)),
  fori_update: foriUpdate,
  fori_dynamic: (x: Tensor, n: Tensor) =>
    sum(ad.foriLoop([0, n], (_i, v: Tensor) => sub(v, mul(0.1, sub(mul(v, v), 2))), x)),
  while_halve: (x: Tensor) =>
    ad.whileLoop(
      ([y]: readonly Tensor[]) => g.greater(y!, 1),
      ([y, s, n]) => [mul(y!, 0.5), add(s!, y!), add(n!, 1)],
      [x, g.zerosLike(x), i32(0)],
    ),
  cond_true: (p: Tensor, x: Tensor) =>
    ad.cond(p, (v: Tensor) => sum(sin(v)), (v: Tensor) => sum(cube(v)), x),
  cond_false: (p: Tensor, x: Tensor) =>
    ad.cond(p, (v: Tensor) => sum(sin(v)), (v: Tensor) => sum(cube(v)), x),
  cond_data: (x: Tensor, w: Tensor) => {
    const [a, b] = ad.cond(
      g.greater(sum(x), 0),
      (): readonly Tensor[] => [mul(x, w), sum(w)],
      () => [exp(x), mul(sum(x), 2)],
    );
    return mul(sum(a!), b!);
  },
  switch_index: (i: Tensor, x: Tensor) => sum(ad.switchCase(i, [square, sin, neg], x)),
  associative_recurrence: (a: Tensor, b: Tensor) => {
    const combine = ([p, q]: readonly Tensor[], [r, s]: readonly Tensor[]): readonly Tensor[] => [
      mul(p!, r!),
      add(mul(q!, r!), s!),
    ];
    const h = ad.associativeScan(combine, [a, b])[1]!;
    return add(sumSquares(h), at(h, -1));
  },
  ode_rk4: rungeKutta,
  scan_cond: (c: Tensor, xs: Tensor) => {
    const step = (c: Tensor, x: Tensor): [Tensor, Tensor] => {
      const next = ad.cond(g.greater(x, 0), () => mul(c, x), () => sin(c));
      return [next, sum(next)];
    };
    return sumSquares(ad.scan(step, c, xs)[1]);
  },
  affine_tree: (p: P, x: Tensor) => dense(x, p.w!, p.b!),
  linear_map: (x: Tensor) => {
    const y = g.concatenate([g.flip(x), mul(2, x)]);
    return { c: g.cumsum(y), p: g.pad(x, { low: [1], high: [2] }) };
  },
  batched_ops: (a: Tensor, b: Tensor) => [
    g.sort(a, { axis: 0 }),
    g.einsum("ij,bjk->bik", a, b),
    g.argmax(b, { axis: -1 }),
    g.cumsum(a, { axis: 1 }),
    g.dynamicSlice(a, [g.remainder(g.argmax(at(a, 0)), 2), i32(0)], { sizes: [2, 2] }),
    g.index(a, [g.argmin(a, { axis: 0 }), g.iota([3])]),
    matmul(g.tril(a), g.transpose(a)),
  ],
};
