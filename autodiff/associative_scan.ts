import {
  add,
  concatenate,
  flip,
  ShapeError,
  type Tensor,
  type Tree,
  treeFlatten,
  treeUnflatten,
} from "../core/mod.ts";
import { normalizeAxis, padZeros, sliceBy } from "../core/internal.ts";

/** Options of `associativeScan`. */
export type AssociativeScanOptions = {
  /** The axis scanned over; 0 by default. */
  readonly axis?: number;
  /** Whether to combine from the end. */
  readonly reverse?: boolean;
};

/**
 * Running combination x₀, x₀∘x₁, x₀∘x₁∘x₂ ... of slices by an associative operation, in a logarithmic
 * number of parallel steps.
 *
 * @param combine two trees of slices to one; works on many slices at once, along the scanned axis
 * @param xs a tree whose leaves have one side along the axis
 * @param options `axis`, `reverse`
 * @returns a tree like `xs`
 * @throws {ShapeError} if the sides differ
 * @throws {RangeError} if a leaf has no such axis
 * @example Running products
 * ```ts
 * import { mul, tensor, type Tensor } from "../mod.ts";
 * import { associativeScan } from "./mod.ts";
 * const y = associativeScan((a: Tensor, b: Tensor) => mul(a, b), tensor([1, 2, 3]));
 * if ((await y.data())[2] !== 6) throw new Error("unexpected value");
 * ```
 */
export function associativeScan<X extends Tree>(
  combine: (a: X, b: X) => X,
  xs: X,
  options: AssociativeScanOptions = {},
): X {
  const [leaves, def] = treeFlatten(xs);
  const { axis = 0, reverse = false } = options;
  const axes = leaves.map((x) => normalizeAxis(axis, x.shape.length, "associativeScan"));
  const sides = new Set(leaves.map((x, i) => x.shape[axes[i]!]!));
  if (sides.size > 1) {
    throw new ShapeError(
      `Cannot scan over sides ${[...sides].join(" and ")}: every leaf must have the same`,
      "associative_scan",
      leaves.map((x) => x.shape),
    );
  }
  const turn = (list: readonly Tensor[]): Tensor[] =>
    list.map((x, i) => reverse ? flip(x, { axes: [axes[i]!] }) : x);
  const join = (a: readonly Tensor[], b: readonly Tensor[]): readonly Tensor[] =>
    treeFlatten(combine(treeUnflatten(def, a) as X, treeUnflatten(def, b) as X))[0];
  return treeUnflatten(def, turn(running(turn(leaves), axes, join))) as X;
}

type Leaves = readonly Tensor[];

/** Pairs are combined, scanned, and give every other result; the rest is one combination away. */
function running(
  xs: Leaves,
  axes: readonly number[],
  join: (a: Leaves, b: Leaves) => Leaves,
): Leaves {
  const count = xs[0]?.shape[axes[0]!] ?? 0;
  if (count < 2) return xs;
  const every = (list: Leaves, start: number, stop: number): Leaves =>
    list.map((x, i) => strided(x, axes[i]!, start, stop));
  const odd = running(join(every(xs, 0, count - 1), every(xs, 1, count)), axes, join);
  const pairs = Math.floor(count / 2);
  const rest = Math.ceil(count / 2) - 1;
  const even = rest === 0
    ? []
    : join(odd.map((x, i) => front(x, axes[i]!, rest)), every(xs, 2, count));
  return xs.map((x, i) => {
    const first = front(x, axes[i]!, 1);
    const evens = rest === 0 ? first : concatenate([first, even[i]!], { axis: axes[i]! });
    return interleave(evens, odd[i]!, { axis: axes[i]!, counts: [rest + 1, pairs] });
  });
}

/** Every other slice from `start` on. */
function strided(x: Tensor, axis: number, start: number, stop: number): Tensor {
  return sliceBy(x, {
    start: x.shape.map((_, i) => i === axis ? start : 0),
    stop: x.shape.map((side, i) => i === axis ? stop : side),
    step: x.shape.map((_, i) => i === axis ? 2 : 1),
  });
}

function front(x: Tensor, axis: number, count: number): Tensor {
  return sliceBy(x, {
    start: x.shape.map(() => 0),
    stop: x.shape.map((side, i) => i === axis ? count : side),
    step: x.shape.map(() => 1),
  });
}

/** Slices of both in turn: each spread out with zeros, then added. */
function interleave(
  a: Tensor,
  b: Tensor,
  { axis, counts }: { readonly axis: number; readonly counts: readonly [number, number] },
): Tensor {
  const total = counts[0] + counts[1];
  const spread = (x: Tensor, low: number, count: number): Tensor => {
    const at = (value: number): number[] => x.shape.map((_, i) => i === axis ? value : 0);
    return padZeros(x, { low: at(low), high: at(total - low - (2 * count - 1)), interior: at(1) });
  };
  return add(spread(a, 0, counts[0]), spread(b, 1, counts[1]));
}
