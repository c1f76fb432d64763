import * as g from "../../mod.ts";
import { setDevice, type Tensor, tensor } from "../../mod.ts";
import { checkAdjoint, checkBatching, checkGradient } from "../../testing/mod.ts";

setDevice("reference");

type Check = { readonly f: (...xs: Tensor[]) => g.Tree; readonly xs: readonly Tensor[] };

const ids = tensor([1, 0, 1, 3], { dtype: "i32" });
const v = tensor([0.3, -1.2, 0.7, 2.1]);
const w = tensor([1.1, 0.4, -0.8, 0.9]);
const m = tensor([[0.5, -0.2, 1.3], [0.7, 0.1, -0.4], [-0.9, 0.6, 0.2]]);
const rows = tensor([[0.2, 1.5, -0.7, 0.1], [1.0, -0.3, 0.8, 0.9]]);

/** Composites that derivatives pass, at points where they are smooth. */
const CHECKS: { readonly [name: string]: Check } = {
  average: { f: (x, y) => g.average(x, { weights: g.exp(y), axes: 0 }), xs: [v, w] },
  bincount: { f: (y) => g.bincount(ids, { length: 4, weights: y }), xs: [v] },
  block: { f: (x, y) => g.block([[x, y], [g.ones([1]), x, g.ones([3])]]), xs: [v, w] },
  convolve: { f: (x, y) => g.convolve(x, y), xs: [v, tensor([1, 0.5])] },
  corrcoef: { f: (x) => g.corrcoef(x), xs: [rows] },
  correlate: { f: (x, y) => g.correlate(x, y, { mode: "same" }), xs: [v, tensor([1, 0.5, 2])] },
  cov: { f: (x) => g.cov(x), xs: [rows] },
  cross: { f: (x, y) => g.cross(x, y), xs: [m, tensor([0.3, 0.2, -1])] },
  diff: { f: (x) => g.diff(x, { n: 2 }), xs: [v] },
  expm: { f: (x) => g.expm(x, { maxSquarings: 2 }), xs: [m] },
  fillDiagonal: { f: (x) => g.fillDiagonal(x, 2), xs: [m] },
  fmax: { f: (x, y) => g.fmax(x, y), xs: [v, w] },
  gradient: { f: (x) => g.gradient(x, { spacing: 0.5 }), xs: [v] },
  inner: { f: (x, y) => g.inner(x, y), xs: [m, m] },
  interp: {
    f: (x, values) => g.interp(x, { points: tensor([-1, 0, 1, 2]), values }),
    xs: [tensor([-0.5, 0.3]), v],
  },
  kron: { f: (x, y) => g.kron(x, y), xs: [v, m] },
  log1mExp: { f: (x) => g.log1mExp(x), xs: [tensor([0.1, 0.5, 2])] },
  logAddExp2: { f: (x, y) => g.logAddExp2(x, y), xs: [v, w] },
  logMeanExp: { f: (x) => g.logMeanExp(x), xs: [v] },
  logspaced: { f: (x) => g.mul(x, g.geomspace(1, 8, { count: 4 })), xs: [v] },
  logSumExp: {
    f: (x, y) => g.logSumExp(x, { weights: g.exp(y), axes: 0, keepDims: true }),
    xs: [v, w],
  },
  matvec: { f: (x, y) => g.matvec(x, y), xs: [m, tensor([1, -1, 0.5])] },
  median: { f: (x) => g.median(x), xs: [v] },
  meshgrid: { f: (x, y) => g.meshgrid([x, y]), xs: [v, w] },
  nanVariance: { f: (x) => g.nanVariance(g.where(g.less(x, -1), NaN, x)), xs: [v] },
  polyval: { f: (c, x) => g.polyval(c, x), xs: [v, w] },
  ptp: { f: (x) => g.ptp(x), xs: [v] },
  putAlongAxis: {
    f: (x, y) => g.putAlongAxis(x, g.flip(g.argsort(v)), { values: y }),
    xs: [v, w],
  },
  quantile: { f: (x) => g.quantile(x, [0.2, 0.9]), xs: [v] },
  rot90: { f: (x) => g.rot90(x), xs: [rows] },
  segmentMax: {
    f: (x) => g.segmentMax(x, tensor([1, 0, 1, 2], { dtype: "i32" }), { segments: 3 }),
    xs: [g.matrixTranspose(rows)],
  },
  segmentProd: {
    f: (x) => g.segmentProd(x, tensor([1, 0, 2, 3], { dtype: "i32" }), { segments: 4 }),
    xs: [v],
  },
  segmentSum: { f: (x) => g.segmentSum(x, ids, { segments: 2 }), xs: [v] },
  select: {
    f: (x, y) => g.select([[g.less(x, 0), y], [g.less(x, 1), g.mul(x, y)]], x),
    xs: [v, w],
  },
  signedLogSumExp: { f: (x, y) => [...g.signedLogSumExp(x, { weights: y })], xs: [v, w] },
  sinc: { f: (x) => g.sinc(x), xs: [v] },
  trapezoid: { f: (y, x) => g.trapezoid(y, { x }), xs: [rows, v] },
  unique: { f: (x) => g.unique(x, { size: 4 }).values, xs: [v] },
  unwrap: { f: (x) => g.unwrap(g.mul(x, 4)), xs: [v] },
  vander: { f: (x) => g.vander(x), xs: [v] },
  vdot: { f: (x, y) => g.vdot(x, y), xs: [v, w] },
  vecmat: { f: (x, y) => g.vecmat(x, y), xs: [tensor([1, -1, 0.5]), m] },
};

for (const [name, { f, xs }] of Object.entries(CHECKS)) {
  Deno.test(`${name}: derivatives to second order, adjoint and batching`, async () => {
    await checkGradient(f, xs as Tensor[], { order: 2 });
    await checkAdjoint(f, xs as Tensor[]);
    await checkBatching(f, [xs as Tensor[], xs.map((x) => g.mul(x, 1.1))]);
  });
}
