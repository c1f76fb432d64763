import * as g from "../../../core/mod.ts";
import * as internal from "../../../core/internal.ts";
import * as o from "../../../core/ops/mod.ts";
import { graphOf, randomNumbers } from "./_graphs.ts";

const SIDES = [1, 2, 3, 4, 5, 7, 8, 12, 16];
const MAX_SIZE = 4000;

type Draw = { readonly below: (n: number) => number; readonly side: () => number };
type Step = (x: g.Tensor, pool: readonly g.Tensor[], draw: Draw) => g.Tensor | null;

/** What a random Graph is made of; null where a step does not fit. */
const STEPS: readonly Step[] = [
  (x) => g.tanh(x),
  (x) => g.add(g.mul(x, 0.5), 1),
  (x) => g.exp(g.mul(x, -0.25)),
  (x, pool, { below }) => {
    const alike = pool.filter((y) => y.shape.join() === x.shape.join());
    return g.mul(x, alike[below(alike.length)]!);
  },
  (x, _pool, { below }) => {
    const perm = x.shape.map((_, i) => i);
    for (let i = perm.length - 1; i > 0; i--) {
      const j = below(i + 1);
      [perm[i], perm[j]] = [perm[j]!, perm[i]!];
    }
    return g.transpose(x, perm);
  },
  (x, _pool, { below }) => {
    if (x.shape.length === 0) return null;
    const axes = x.shape.map((_, i) => i).filter(() => below(2) === 0);
    return axes.length === 0 ? null : g.mul(o.sum(x, { axes }), 0.3);
  },
  (x) => x.shape.length === 0 ? null : g.mul(o.sum(x, { axes: [-1] }), 0.3),
  (x) => x.shape.length === 0 ? null : g.mul(o.sum(x, { axes: [0] }), 0.3),
  (x) => x.shape.length === 0 ? null : g.sub(x, o.max(x, { axes: [-1], keepDims: true })),
  (x) => x.shape.length === 0 ? null : o.softmax(x, { axis: -1 }),
  (x, _pool, { below }) => {
    const size = internal.sizeOf(x.shape);
    const sides = SIDES.filter((side) => size % side === 0);
    const side = sides[below(sides.length)]!;
    const rest = size / side;
    const others = SIDES.filter((other) => rest % other === 0);
    const other = others[below(others.length)]!;
    return g.reshape(x, [side, other, rest / other]);
  },
  (x, _pool, { below }) => {
    if (x.shape.length === 0) return null;
    const axis = below(x.shape.length);
    const side = x.shape[axis]!;
    const start = below(side);
    const step = 1 + below(2);
    return g.slice(x, {
      start: x.shape.map((_, i) => i === axis ? start : 0),
      step: x.shape.map((_, i) => i === axis ? step : 1),
    });
  },
  (x, _pool, { below }) => {
    if (x.shape.length === 0) return null;
    const axis = below(x.shape.length);
    const at = (n: number): number[] => x.shape.map((_, i) => i === axis ? n : 0);
    return internal.padZeros(x, { low: at(below(3)), high: at(1 + below(2)), interior: at(0) });
  },
  (x, pool) => {
    if (x.shape.length < 1) return null;
    const side = x.shape[x.shape.length - 1];
    const w = pool.find((y) => y.shape.length === 2 && y.shape[0] === side);
    return w ? g.mul(o.matmul(x, w), 0.1) : null;
  },
  (x) => x.shape.length < 2 ? null : g.mul(o.matmul(x, g.transpose(x, swapped(x))), 0.1),
  (x, _pool, { side }) => {
    const shape = [side(), ...x.shape];
    return g.add(g.broadcastInDim(x, { shape, dims: x.shape.map((_, i) => i + 1) }), 0.1);
  },
  (x, pool, { below }) => {
    if (x.shape.length === 0) return null;
    const axis = below(x.shape.length);
    const fits = pool.filter((y) =>
      y.shape.length === x.shape.length && y.shape.every((s, i) => i === axis || s === x.shape[i])
    );
    return g.concatenate([x, fits[below(fits.length)]!], { axis });
  },
  (x, _pool, { below }) =>
    x.shape.length === 0 ? null : g.flip(x, { axes: [below(x.shape.length)] }),
  (x, _pool, { below }) => {
    if (x.shape.length === 0) return null;
    const axis = below(x.shape.length);
    const side = x.shape[axis]!;
    const ids = g.rem(g.mul(g.iota([below(4) + 1]), 3), side + 1);
    return o.take(x, ids, { axis });
  },
  (x) => g.where(g.greater(x, 0), x, g.mul(x, 0.1)),
  (x) => g.fence([x], [g.exp(x)])[0]!,
  (x, _pool, { below }) => {
    if (x.shape.length === 0) return null;
    const axis = below(x.shape.length);
    const side = x.shape[axis]!;
    const rows = o.take(x, g.iota([3]), { axis });
    const ids = g.rem(g.mul(g.iota([3]), 2), side + 1);
    const kind = (["add", "set", "min", "max"] as const)[below(4)]!;
    return internal.scatterRows(x, [ids, rows], { kind, axis });
  },
  (x) => g.atan2(x, g.add(g.abs(x), 0.5)),
  (x) => g.pow(g.add(g.abs(x), 0.1), 0.7),
  (x, _pool, { below }) => {
    if (x.shape.length === 0) return null;
    const axis = below(x.shape.length);
    const places = g.iota(x.shape, { axis, dtype: "f32" });
    const best = o.argmax(x, { axis, keepDims: true });
    return g.where(g.equal(places, g.convert(best, "f32")), g.mul(x, 0.5), x);
  },
  (x, _pool, { below }) => {
    if (x.shape.length === 0) return null;
    const axis = below(x.shape.length);
    const reverse = below(2) === 0;
    return below(2) === 0
      ? o.cummax(x, { axis, reverse })
      : g.mul(o.cumsum(x, { axis, reverse }), 0.3);
  },
  (x, _pool, { below }) => {
    if (x.shape.length === 0) return null;
    const axis = below(x.shape.length);
    return x.shape[axis]! > 16 ? null : o.sort(x, { axis });
  },
  (x, _pool, { below }) => {
    if (x.shape.length === 0) return null;
    const axis = below(x.shape.length);
    const at = (n: number): number[] => x.shape.map((_, i) => i === axis ? n : 0);
    const low = x.shape[axis]! > 1 ? -1 : 0;
    return internal.padZeros(x, { low: at(low), high: at(below(3)), interior: at(below(2)) });
  },
];

function swapped(x: g.Tensor): number[] {
  const n = x.shape.length;
  return x.shape.map((_, i) => i === n - 1 ? n - 2 : i === n - 2 ? n - 1 : i);
}

/** A Graph of three inputs, 14 steps and three outputs that the seed determines. */
export function randomGraph(seed: number): g.Graph {
  const random = randomNumbers(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const draw: Draw = { below, side: () => SIDES[below(SIDES.length)]! };
  const avals = [0, 1, 2].map((): g.Aval => ({
    shape: Array.from({ length: 1 + below(3) }, draw.side),
    dtype: "f32",
  }));
  return graphOf((...inputs) => {
    const pool = inputs.slice();
    for (let i = 0; i < 14; i++) {
      const x = pool[Math.max(0, pool.length - 1 - below(4) * below(3))]!;
      const y = STEPS[below(STEPS.length)]!(x, pool, draw);
      if (y && internal.sizeOf(y.shape) <= MAX_SIZE && y.shape.length <= 5) pool.push(y);
    }
    return [pool.at(-1)!, pool.at(-2)!, pool[Math.max(0, pool.length - 5)]!];
  }, avals);
}
