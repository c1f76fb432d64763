import {
  concatenate,
  reshape,
  ShapeError,
  slice,
  type Tree,
  treeLeaves,
  treeMap,
  treeZip,
} from "../core/mod.ts";
import { scan } from "./scan.ts";
import { vmap } from "./vmap.ts";

/** Options of `map`. */
export type MapOptions = {
  /** How many slices are computed at once. Default 1. */
  readonly batchSize?: number;
};

/**
 * A function applied to every slice along the leading axis, one after another: y[i] = f(x[i]). What
 * `vmap` does, in a loop that needs the memory of one slice; `batchSize` slices at once are between
 * the two.
 *
 * @param f the slices of one place to a tree
 * @param xs a tree whose leaves have one leading side
 * @param options `batchSize`
 * @returns the results, stacked along a new leading axis
 * @throws {ShapeError} if the leading sides differ
 * @throws {RangeError} if `batchSize` is no positive integer
 * @example Squares, two at a time
 * ```ts
 * import { square, tensor, type Tensor } from "../mod.ts";
 * import { map } from "./mod.ts";
 * const y = map((x: Tensor) => square(x), tensor([1, 2, 3]), { batchSize: 2 });
 * if ((await y.data())[2] !== 9) throw new Error("unexpected value");
 * ```
 */
export function map<X extends Tree, Y extends Tree>(
  f: (x: X) => Y,
  xs: X,
  { batchSize = 1 }: MapOptions = {},
): Y {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`Cannot map ${batchSize} slices at once: give a positive integer`);
  }
  const one = (part: X): Y => scan((none: Tree, x: X) => [none, f(x)] as const, [], part)[1];
  if (batchSize === 1) return one(xs);
  const count = leadingSide(xs);
  const whole = Math.floor(count / batchSize);
  const batched = (part: X): Y => vmap(f)(part) as Y;
  if (whole === 0) return batched(xs);
  const groups = treeMap((x) => {
    const taken = slice(x, { stop: [whole * batchSize] });
    return reshape(taken, [whole, batchSize, ...x.shape.slice(1)]);
  }, xs);
  const [, grouped] = scan((none: Tree, x: X) => [none, batched(x)] as const, [], groups);
  const main = treeMap((y) => reshape(y, [whole * batchSize, ...y.shape.slice(2)]), grouped);
  if (whole * batchSize === count) return main;
  const rest = batched(treeMap((x) => slice(x, { start: [whole * batchSize] }), xs));
  return treeZip(([a, b]) => concatenate([a!, b!], { axis: 0 }), main, rest);
}

function leadingSide(xs: Tree): number {
  const shapes = treeLeaves(xs).map((x) => x.shape);
  const sides = new Set(shapes.map(([side]) => side));
  const [side] = sides;
  if (sides.size === 1 && side !== undefined) return side;
  throw new ShapeError(
    `Cannot map over sides ${[...sides].join(" and ")}: every leaf needs one leading side`,
    "map",
    shapes,
  );
}
