import type { Atom, Axis, Index, Value } from "./types.ts";

/**
 * Affine normal forms: sums of coefficient · atom, hash-consed so that equal indices of one table
 * are one object. What is not affine stays as a div, mod or dynamic atom.
 */

/** The indices of one kernel. */
export type IndexTable = {
  readonly ids: Map<Index, number>;
  readonly ranges: Map<Index, readonly [min: number, max: number]>;
  readonly buckets: Map<number, Index[]>;
  readonly atomIds: Map<Atom, number>;
  readonly axes: Map<number, Atom>;
  readonly divisions: Map<number, Atom[]>;
  readonly dynamics: Map<number, Atom[]>;
};

/** An index would need the quotient of an axis by `inner`: split that axis and build again. */
export class SplitDemand extends Error {
  readonly axis: Axis;
  readonly inner: number;
  constructor(axis: Axis, inner: number) {
    super(`Cannot index: axis ${axis.id} of ${axis.size} must be split by ${inner}`);
    this.axis = axis;
    this.inner = inner;
  }
}

/** No split makes an index affine. */
export class NotAffine extends Error {}

/** An empty table. */
export function indexTable(): IndexTable {
  return {
    ids: new Map(),
    ranges: new Map(),
    buckets: new Map(),
    atomIds: new Map(),
    axes: new Map(),
    divisions: new Map(),
    dynamics: new Map(),
  };
}

/** The number of an index in its table. */
export function indexId(table: IndexTable, index: Index): number {
  return table.ids.get(index)!;
}

/** The constant index. */
export function constantIndex(table: IndexTable, value: number): Index {
  return intern(table, [], value);
}

/** The position along an axis; 0 for an axis of one. */
export function axisIndex(table: IndexTable, axis: Axis): Index {
  if (axis.size === 1) return constantIndex(table, 0);
  let atom = table.axes.get(axis.id);
  if (!atom) {
    atom = numbered(table, { kind: "axis", axis });
    table.axes.set(axis.id, atom);
  }
  return intern(table, [[atom, 1]], 0);
}

/** An i32 value in [0, size). */
export function dynamicIndex(table: IndexTable, value: Value, size: number): Index {
  const known = table.dynamics.get(value.id) ?? [];
  let atom = known.find((a) => a.kind === "dynamic" && a.size === size);
  if (!atom) {
    atom = numbered(table, { kind: "dynamic", value, size });
    known.push(atom);
    table.dynamics.set(value.id, known);
  }
  return intern(table, [[atom, 1]], 0);
}

/** x + y. */
export function addIndex(table: IndexTable, x: Index, y: Index): Index {
  if (y.terms.length === 0) return shiftIndex(table, x, y.constant);
  if (x.terms.length === 0) return shiftIndex(table, y, x.constant);
  return normal(table, [...x.terms, ...y.terms], x.constant + y.constant);
}

/** x + by. */
export function shiftIndex(table: IndexTable, x: Index, by: number): Index {
  return by === 0 ? x : intern(table, x.terms, x.constant + by);
}

/** x · by. */
export function scaleIndex(table: IndexTable, x: Index, by: number): Index {
  if (by === 1) return x;
  if (by === 0) return constantIndex(table, 0);
  return intern(table, x.terms.map(([atom, c]) => [atom, c * by] as const), x.constant * by);
}

/** Bounds of an index over its axes. */
export function indexRange(table: IndexTable, x: Index): readonly [min: number, max: number] {
  return table.ranges.get(x)!;
}

/** ⌊x / by⌋ for by > 0. */
export function divIndex(table: IndexTable, x: Index, by: number): Index {
  if (by === 1) return x;
  const [quotient, rest] = divide(table, x, by);
  if (fits(table, rest, by)) return quotient;
  return addIndex(table, quotient, division(table, "div", rest, by));
}

/** x mod by, in [0, by). */
export function modIndex(table: IndexTable, x: Index, by: number): Index {
  if (by === 1) return constantIndex(table, 0);
  const [, rest] = divide(table, x, by);
  return fits(table, rest, by) ? rest : division(table, "mod", rest, by);
}

/** The row-major position of `indices` in `shape`. */
export function flatten(
  table: IndexTable,
  indices: readonly Index[],
  shape: readonly number[],
): Index {
  const terms: (readonly [Atom, number])[] = [];
  let constant = 0;
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const x = indices[i]!;
    constant += x.constant * stride;
    for (const [atom, c] of x.terms) terms.push([atom, c * stride]);
    stride *= shape[i]!;
  }
  return normal(table, terms, constant);
}

/** The inverse of `flatten`. */
export function unflatten(table: IndexTable, position: Index, shape: readonly number[]): Index[] {
  const indices = new Array<Index>(shape.length);
  let x = position;
  for (let i = shape.length - 1; i >= 0; i--) {
    indices[i] = i === 0 && fits(table, x, shape[0]!) ? x : modIndex(table, x, shape[i]!);
    x = divIndex(table, x, shape[i]!);
  }
  return indices;
}

/** Axes, outermost first, as one position. */
export function linear(table: IndexTable, axes: readonly Axis[]): Index {
  return flatten(table, axes.map((axis) => axisIndex(table, axis)), axes.map((axis) => axis.size));
}

/** The factor of an axis in an index. */
export function coefficientOf(x: Index, axis: Axis): number {
  for (const [atom, c] of x.terms) if (atom.kind === "axis" && atom.axis.id === axis.id) return c;
  return 0;
}

/**
 * `x` if it is affine in axes and dynamic values.
 *
 * @throws {SplitDemand} if it will be once an axis is split
 * @throws {NotAffine} if no split helps
 */
export function requireAffine(x: Index): Index {
  for (const [atom] of x.terms) {
    if (atom.kind !== "div" && atom.kind !== "mod") continue;
    requireAffine(atom.index);
    for (const [inner, c] of atom.index.terms) {
      if (inner.kind !== "axis" || c <= 0 || atom.by % c !== 0) continue;
      const factor = atom.by / c;
      if (factor > 1 && factor < inner.axis.size && inner.axis.size % factor === 0) {
        throw new SplitDemand(inner.axis, factor);
      }
    }
    throw new NotAffine("Cannot index: no split of an axis makes the index affine");
  }
  return x;
}

/** x = by · quotient + rest, the rest within [0, by) where that can be seen. */
function divide(table: IndexTable, x: Index, by: number): [quotient: Index, rest: Index] {
  const quotient: (readonly [Atom, number])[] = [];
  const rest: (readonly [Atom, number])[] = [];
  for (const [atom, c] of x.terms) {
    if (c % by === 0) quotient.push([atom, c / by]);
    else rest.push([atom, c]);
  }
  const constant = Math.floor(x.constant / by);
  return [intern(table, quotient, constant), intern(table, rest, x.constant - constant * by)];
}

function fits(table: IndexTable, x: Index, size: number): boolean {
  const [min, max] = indexRange(table, x);
  return min >= 0 && max < size;
}

function division(table: IndexTable, kind: "div" | "mod", index: Index, by: number): Index {
  const id = indexId(table, index);
  const known = table.divisions.get(id) ?? [];
  let atom = known.find((a) => a.kind === kind && a.by === by);
  if (!atom) {
    atom = numbered(table, { kind, index, by });
    known.push(atom);
    table.divisions.set(id, known);
  }
  return intern(table, [[atom, 1]], 0);
}

function numbered(table: IndexTable, atom: Atom): Atom {
  table.atomIds.set(atom, table.atomIds.size + 1);
  return atom;
}

/** Adds up equal atoms, puts c·by·⌊x/by⌋ + c·(x mod by) together again, sorts by atom. */
function normal(
  table: IndexTable,
  terms: readonly (readonly [Atom, number])[],
  constant: number,
): Index {
  const sum: [Atom, number][] = [];
  for (const [atom, c] of terms) {
    const same = sum.find((t) => t[0] === atom);
    if (same) same[1] += c;
    else sum.push([atom, c]);
  }
  for (const [atom, c] of sum) {
    if (atom.kind !== "mod" || c === 0) continue;
    const whole = sum.find(([other, d]) =>
      other.kind === "div" && other.index === atom.index && other.by === atom.by &&
      d === c * atom.by
    );
    if (!whole) continue;
    const others = sum.filter((t) => t !== whole && t[0] !== atom);
    const joined = atom.index.terms.map(([inner, d]) => [inner, d * c] as const);
    return normal(table, [...others, ...joined], constant + atom.index.constant * c);
  }
  const kept = sum.filter((t) => t[1] !== 0);
  if (kept.length > 1) kept.sort((a, b) => table.atomIds.get(a[0])! - table.atomIds.get(b[0])!);
  return intern(table, kept, constant);
}

/** The one index with these sorted terms. */
function intern(
  table: IndexTable,
  terms: readonly (readonly [Atom, number])[],
  constant: number,
): Index {
  let hash = constant | 0;
  for (const [atom, c] of terms) {
    hash = Math.imul(hash ^ table.atomIds.get(atom)!, 0x01000193) + (c | 0) | 0;
  }
  let bucket = table.buckets.get(hash);
  if (!bucket) table.buckets.set(hash, bucket = []);
  for (const index of bucket) {
    if (index.constant === constant && sameTerms(index.terms, terms)) return index;
  }
  const id = table.ids.size;
  const index: Index = { terms, constant, key: `#${id}` };
  bucket.push(index);
  table.ids.set(index, id);
  table.ranges.set(index, rangeOf(table, index));
  return index;
}

function sameTerms(a: Index["terms"], b: Index["terms"]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i]![0] !== b[i]![0] || a[i]![1] !== b[i]![1]) return false;
  }
  return true;
}

function rangeOf(table: IndexTable, x: Index): readonly [number, number] {
  let min = x.constant;
  let max = x.constant;
  for (const [atom, c] of x.terms) {
    const [low, high] = atomRange(table, atom);
    min += c > 0 ? c * low : c * high;
    max += c > 0 ? c * high : c * low;
  }
  return [min, max];
}

function atomRange(table: IndexTable, atom: Atom): readonly [number, number] {
  switch (atom.kind) {
    case "axis":
      return [0, atom.axis.size - 1];
    case "dynamic":
      return [0, atom.size - 1];
    case "mod":
      return [0, atom.by - 1];
    case "div": {
      const [min, max] = indexRange(table, atom.index);
      return [Math.floor(min / atom.by), Math.floor(max / atom.by)];
    }
  }
}
