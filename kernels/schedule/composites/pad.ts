import { reshape, type Tensor } from "../../../core/mod.ts";
import { padZeros, sliceBy } from "../../../core/internal.ts";
import type { Composite } from "./composite.ts";

/** Padding between elements as padding of a new axis, and cropping as a slice. */
export const padComposite: Composite = {
  when: ({ params: { low, high, interior } }) =>
    [...low, ...high].some((n) => n < 0) || interior.some((n) => n > 0),
  make: ([x], { params: { low, high, interior } }) => {
    const spread = interior.reduce<Tensor>(spreadAxis, x!);
    const start = spread.shape.map((side, i) => Math.min(side, Math.max(0, -low[i]!)));
    const stop = spread.shape.map((side, i) => Math.max(start[i]!, side - Math.max(0, -high[i]!)));
    const step = start.map(() => 1);
    const cut = sliceBy(spread, { start, stop, step });
    const total = spread.shape.map((side, i) => side + low[i]! + high[i]!);
    const before = total.map((side, i) => Math.min(side, Math.max(0, low[i]!)));
    const after = total.map((side, i) => side - before[i]! - cut.shape[i]!);
    return [padZeros(cut, { low: before, high: after, interior: start.map(() => 0) })];
  },
};

/** `between` zeros between the elements of an axis. */
function spreadAxis(x: Tensor, between: number, axis: number): Tensor {
  const side = x.shape[axis]!;
  if (between === 0 || side < 2) return x;
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const apart = reshape(x, [...before, side, 1, ...after]);
  const none = apart.shape.map(() => 0);
  const high = none.map((_, i) => i === axis + 1 ? between : 0);
  const padded = padZeros(apart, { low: none, high, interior: none });
  const joined = reshape(padded, [...before, side * (between + 1), ...after]);
  return sliceBy(joined, {
    start: x.shape.map(() => 0),
    stop: joined.shape.map((s, i) => i === axis ? s - between : s),
    step: x.shape.map(() => 1),
  });
}
