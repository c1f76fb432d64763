import { range } from "../core/internal.ts";
import type { Taps } from "./_resample.ts";

/** From the elements of a result to those of the axis: both sides, and elements of it for each one. */
export type Resizing = { readonly side: number; readonly out: number; readonly scale: number };

/** A weight by distance, zero from `radius` on. */
export type Filter = { readonly radius: number; readonly weight: (distance: number) => number };

/** The tent, which interpolates linearly. */
export const LINEAR: Filter = { radius: 1, weight: (d) => Math.max(0, 1 - d) };

/** The cubic convolution filter with slope `a` at distance 1 (Keys 1981, eq. 15 has -1/2). */
export function cubicFilter(a: number): Filter {
  return {
    radius: 2,
    weight: (d) =>
      d <= 1
        ? ((a + 2) * d - (a + 3)) * d * d + 1
        : d < 2
        ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
        : 0,
  };
}

/** The windowed sinc of `radius` lobes: Lanczos. */
export function lanczosFilter(radius: number): Filter {
  const sinc = (x: number): number => x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
  return { radius, weight: (d) => d < radius ? sinc(d) * sinc(d / radius) : 0 };
}

/** Where the centre of an element lies among the elements of the axis, whose first is at 0. */
export function centre(i: number, scale: number): number {
  return (i + 0.5) * scale - 0.5;
}

/** Taps of one element each: the one at `source`. */
export function nearestTaps({ side, out }: Resizing, source: (i: number) => number): Taps {
  return range(out).map((i) => [[Math.min(side - 1, Math.floor(source(i))), 1]] as const);
}

/** Taps around `source`, where what lies outside is the nearest element: as PyTorch has it. */
export function clampedTaps(
  { side, out }: Resizing,
  { radius, weight }: Filter,
  source: (i: number) => number,
): Taps {
  return range(out).map((i) => {
    const at = source(i);
    const first = Math.floor(at) - radius + 1;
    return range(2 * radius).map((k) => {
      const id = Math.min(side - 1, Math.max(0, first + k));
      return [id, weight(Math.abs(first + k - at))] as const;
    });
  });
}

/**
 * Taps around the centres, where what lies outside is left out and the other weights make up for it:
 * as JAX has it. With `antialias` the filter is as much wider as the result is smaller.
 */
export function normalizedTaps(
  { side, out, scale }: Resizing,
  { radius, weight }: Filter,
  antialias: boolean,
): Taps {
  const wider = antialias ? Math.max(1, scale) : 1;
  return range(out).map((i) => {
    const at = centre(i, scale);
    const first = Math.max(0, Math.ceil(at - radius * wider));
    const last = Math.min(side - 1, Math.floor(at + radius * wider));
    const weights = range(last - first + 1).map((k) => weight(Math.abs(first + k - at) / wider));
    const total = weights.reduce((sum, w) => sum + w, 0);
    return weights.map((w, k) => [first + k, w / total] as const);
  });
}

/** A part of an axis. */
export type Bin = { readonly first: number; readonly count: number };

/** An axis cut into `out` parts, which overlap where it is not divisible: [⌊i S / P⌋, ⌈(i + 1) S / P⌉). */
export function bins(side: number, out: number): readonly Bin[] {
  return range(out).map((i) => {
    const first = Math.floor((i * side) / out);
    return { first, count: Math.ceil(((i + 1) * side) / out) - first };
  });
}

/** The mean of each bin. */
export function binTaps({ side, out }: { readonly side: number; readonly out: number }): Taps {
  return bins(side, out).map(({ first, count }) =>
    range(count).map((k) => [first + k, 1 / count] as const)
  );
}
