import {
  associativeScan,
  cond,
  forLoop,
  scan,
  switchCase,
  whileLoop,
} from "../../../autodiff/mod.ts";
import {
  add,
  dynamicSlice,
  dynamicUpdateSlice,
  exp,
  greater,
  index,
  integerPow,
  matmul,
  mul,
  neg,
  sin,
  square,
  stack,
  sub,
  sum,
  tanh,
  type Tensor,
  zeros,
  zerosLike,
} from "../../../mod.ts";
import type { Functions } from "./autodiff.ts";

type Rnn = { readonly wx: Tensor; readonly wh: Tensor; readonly b: Tensor };
type Counted = { readonly p: Tensor; readonly k: Tensor };
type Pair = { readonly a: Tensor; readonly b: Tensor };

const at = (x: Tensor, i: number | Tensor): Tensor => index(x, [i]);

function rnnStep(params: Rnn, h: Tensor, x: Tensor): Tensor {
  return tanh(add(add(matmul(x, params.wx), matmul(h, params.wh)), params.b));
}

function sumSinOrCubes(chosen: Tensor, x: Tensor): Tensor {
  return cond(chosen, (v: Tensor) => sum(sin(v)), (v) => sum(integerPow(v, 3)), x);
}

/** Functions with loops and branches. */
export const functionsOfLoops: Functions = {
  scan_rnn: (params: Rnn, h0: Tensor, xs: Tensor) => {
    const [h, ys] = scan(
      (h: Tensor, x: Tensor) => {
        const next = rnnStep(params, h, x);
        return [next, [sum(next), index(next, [{ stop: 2 }])]];
      },
      h0,
      xs,
    );
    return [h, ys];
  },
  scan_rnn_loss: (params: Rnn, h0: Tensor, xs: Tensor) => {
    const [h, ys] = scan(
      (h: Tensor, x: Tensor) => {
        const next = rnnStep(params, h, x);
        return [next, sum(square(next))];
      },
      h0,
      xs,
    );
    return add(sum(ys), sum(h));
  },
  scan_reverse_tree: (c: Counted, xs: Pair) => {
    const step = (c: Counted, x: Pair): readonly [Counted, { y: Tensor; k: Tensor }] => {
      const p = add(mul(0.5, c.p), mul(x.a, x.b));
      return [{ p, k: add(c.k, 1) }, { y: sum(p), k: c.k }];
    };
    return [...scan(step, c, xs, { reverse: true })];
  },
  scan_logistic: (x: Tensor) => {
    const step = (c: Tensor): readonly [Tensor, Tensor] => [mul(mul(3.2, c), sub(1, c)), c];
    const [y, ys] = scan(step, x, null, { length: 7 });
    return add(y, sum(ys));
  },
  nested_scan: (c: Tensor, xs: Tensor) => {
    const inner = (d: Tensor, x: Tensor): readonly [Tensor, Tensor] => [
      add(mul(d, 0.7), sin(x)),
      d,
    ];
    const [last, ys] = scan(
      (c: Tensor, x: Tensor) => {
        const [d, own] = scan(inner, sum(c), x);
        return [add(c, mul(d, x)), sum(own)];
      },
      c,
      xs,
    );
    return add(sum(last), sum(square(ys)));
  },
  scan_empty: (xs: Tensor, c: Tensor) => {
    const [last, ys] = scan((c: Tensor, x: Tensor) => [mul(c, x), sum(x)], c, xs);
    return add(sum(square(last)), sum(ys));
  },
  fori_static: (x: Tensor) => sum(forLoop([0, 5], (i, v) => mul(sin(v), add(1, mul(0.1, i))), x)),
  fori_update: (x: Tensor, w: Tensor) => {
    const step = (i: Tensor, b: Tensor): Tensor => {
      const here = dynamicSlice(b, [i], { sizes: [1] });
      const before = dynamicSlice(b, [sub(i, 1)], { sizes: [1] });
      return dynamicUpdateSlice(b, add(mul(here, at(w, i)), before), { starts: [i] });
    };
    return sum(square(forLoop([1, 5], step, x)));
  },
  fori_dynamic: (x: Tensor, n: Tensor) =>
    sum(forLoop([0, n], (_, v) => sub(v, mul(0.1, sub(mul(v, v), 2))), x)),
  while_halve: (x: Tensor) =>
    whileLoop(
      (s: readonly Tensor[]) => greater(s[0]!, 1),
      ([a, b, n]) => [mul(a!, 0.5), add(b!, a!), add(n!, 1)],
      [x, zerosLike(x), zeros([], { dtype: "i32" })],
    ),
  cond_true: sumSinOrCubes,
  cond_false: sumSinOrCubes,
  cond_data: (x: Tensor, w: Tensor) => {
    const [a, b] = cond(
      greater(sum(x), 0),
      (): readonly [Tensor, Tensor] => [mul(x, w), sum(w)],
      () => [exp(x), mul(sum(x), 2)],
    );
    return mul(sum(a), b);
  },
  switch_index: (i: Tensor, x: Tensor) =>
    sum(switchCase(i, [(v: Tensor) => square(v), (v) => sin(v), (v) => neg(v)], x)),
  associative_recurrence: (a: Tensor, b: Tensor) => {
    type Link = readonly [Tensor, Tensor];
    const combine = (l: Link, r: Link): Link => [mul(l[0], r[0]), add(mul(l[1], r[0]), r[1])];
    const [, h] = associativeScan<Link>(combine, [a, b]);
    return add(sum(square(h)), at(h, -1));
  },
  ode_rk4: (p: { readonly k: Tensor; readonly d: Tensor }, y0: Tensor) => {
    const f = (y: Tensor): Tensor => {
      const pull = add(mul(p.k, sin(at(y, 0))), mul(p.d, at(y, 1)));
      return stack([at(y, 1), neg(pull)]);
    };
    const step = (y: Tensor): readonly [Tensor, null] => {
      const k1 = f(y);
      const k2 = f(add(y, mul(0.05, k1)));
      const k3 = f(add(y, mul(0.05, k2)));
      const k4 = f(add(y, mul(0.1, k3)));
      const total = add(add(k1, mul(2, k2)), add(mul(2, k3), k4));
      return [add(y, mul(total, 0.1 / 6)), null];
    };
    return sum(square(scan(step, y0, null, { length: 20 })[0]));
  },
  scan_cond: (c: Tensor, xs: Tensor) => {
    const [, ys] = scan(
      (c: Tensor, x: Tensor) => {
        const next = cond(greater(x, 0), () => mul(c, x), () => sin(c));
        return [next, sum(next)];
      },
      c,
      xs,
    );
    return sum(square(ys));
  },
};
