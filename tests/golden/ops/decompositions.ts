import * as g from "../../../mod.ts";
import { type MakeOp, number, type OpTable, unary, withAttrs } from "./_table.ts";

/** Signs chosen so that the diagonal of R is not negative: that makes the factors unique. */
const qrPositive: MakeOp = () => ([a]) => {
  const [q, r] = g.qr(a!);
  const line = g.diagonal(r, { axis1: -2, axis2: -1 });
  const signs = g.stopGradient(g.where(g.less(line, 0), g.neg(g.onesLike(line)), 1));
  return [g.mul(q, g.expandDims(signs, -2)), g.mul(r, g.expandDims(signs, -1))];
};

const scaled = (u: g.Tensor, s: g.Tensor): g.Tensor => g.mul(u, g.expandDims(s, -2));

const leading = (a: g.Tensor, rank: number) => {
  const [u, s, vt] = g.svd(a);
  const first = (x: g.Tensor, axis: number): g.Tensor => g.split(x, { indices: [rank], axis })[0]!;
  return [first(u, -1), first(s, -1), first(vt, -2)] as const;
};

const lowRank: MakeOp = ({ rank }) => ([a]) => {
  const [u, s, vt] = leading(a!, number(rank));
  const product = g.matmul(scaled(u, s), vt);
  return [product, g.sub(a!, product)];
};

const logDetCholesky = (a: g.Tensor): g.Tensor =>
  g.mul(2, g.sum(g.log(g.diagonal(g.cholesky(a), { axis1: -2, axis2: -1 })), { axes: -1 }));

const lowerSolve = (l: g.Tensor, b: g.Tensor, transpose = false): g.Tensor => {
  if (b.shape.length > 1) return g.triangularSolve(l, b, { lower: true, transpose });
  return g.reshape(g.triangularSolve(l, g.reshape(b, [-1, 1]), { lower: true, transpose }), [-1]);
};

/** Golden ops of factorizations, solves and norms. */
export const decompositions: OpTable = {
  cho_solve: () => ([l, b]) => [lowerSolve(l!, lowerSolve(l!, b!), true)],
  cholesky: withAttrs((x, { upper }) => g.cholesky(x, { upper: upper === true })),
  cholesky_lower_only: unary((x) => g.cholesky(x, { symmetrize: false })),
  cond: unary((x) => {
    const [, s] = g.svd(x);
    return g.div(g.max(s), g.min(s));
  }),
  det: unary(g.det),
  eigh: () => ([a]) => {
    const [w, v] = g.eigh(a!);
    return [w, g.abs(v)];
  },
  eigh_values: unary((a) => g.eigh(a)[0]),
  inner: () => ([x, y]) => [
    g.tensordot(x!, y!, { axes: [[x!.shape.length - 1], [y!.shape.length - 1]] }),
  ],
  inv: unary(g.inv),
  logdet_chol: unary(logDetCholesky),
  lstsq: () => ([a, b]) => [g.lstsq(a!, b!)],
  mahalanobis: () => ([a, b]) => {
    const y = lowerSolve(g.cholesky(a!), b!);
    return [g.sum(g.mul(y, y))];
  },
  matmul_f32_out: () => ([x, y]) => [g.matmul(g.convert(x!, "f32"), g.convert(y!, "f32"))],
  matrix_power: withAttrs((x, { n }) => g.matrixPower(x, number(n))),
  matrix_rank: withAttrs((x, { rtol }) => {
    const [, s] = g.svd(x);
    return g.sum(g.convert(g.greater(s, g.mul(number(rtol), g.max(s))), "i32"));
  }),
  multi_dot: () => (xs) => [xs.reduce((x, y) => g.matmul(x, y))],
  newton_schulz: withAttrs((a, { steps, coefficients, eps }) => {
    const [c0, c1, c2] = coefficients as [number, number, number];
    const tall = a.shape[0]! > a.shape[1]!;
    const wide = tall ? g.transpose(a) : a;
    let x = g.div(wide, g.maximum(g.norm(wide), number(eps)));
    for (let step = 0; step < number(steps); step++) {
      const square = g.matmul(x, g.transpose(x));
      const change = g.add(g.mul(c1, square), g.mul(c2, g.matmul(square, square)));
      x = g.add(g.mul(c0, x), g.matmul(change, x));
    }
    return tall ? g.transpose(x) : x;
  }),
  norm: (attrs) => ([x]) => {
    const { ord, axis, keepdims } = attrs;
    const order = ord === "fro" || ord === "nuc" ? ord : ord === null ? undefined : number(ord);
    return [
      g.norm(x!, {
        ...(order === undefined ? {} : { ord: order }),
        ...(axis === null || axis === undefined ? {} : { axes: axis as number }),
        keepDims: keepdims === true,
      }),
    ];
  },
  pinv: unary((a) => g.pinv(a)),
  principal_split: ({ rank }) => ([a]) => {
    const [u, s, vt] = leading(a!, number(rank));
    const root = g.sqrt(s);
    const product = g.matmul(scaled(u, root), g.mul(g.expandDims(root, -1), vt));
    return [product, g.sub(a!, product)];
  },
  qr_complete_part: qrPositive,
  qr_positive: qrPositive,
  slogdet: () => ([a]) => g.slogDet(a!),
  solve: () => ([a, b]) => [g.solve(a!, b!)],
  svd: () => ([a]) => {
    const [u, s, vt] = g.svd(a!);
    return [s, g.abs(u), g.abs(vt)];
  },
  svd_lowrank: lowRank,
  svd_values: unary((a) => g.svd(a)[1]),
  sym_power: withAttrs((a, { power }) => {
    const [w, v] = g.eigh(a);
    return g.matmul(scaled(v, g.pow(w, number(power))), g.swapAxes(v, -1, -2));
  }),
  tensordot: ({ axes }) => ([x, y]) => [g.tensordot(x!, y!, { axes: axes as number })],
  triangular_solve: ({ left, lower, transpose, unit_diagonal }) => ([a, b]) => [
    g.triangularSolve(a!, b!, {
      left: left === true,
      lower: lower === true,
      transpose: transpose === true,
      unitDiagonal: unit_diagonal === true,
    }),
  ],
  vdot: () => ([x, y]) => [g.matmul(g.reshape(x!, [-1]), g.reshape(y!, [-1]))],
};
