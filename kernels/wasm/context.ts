import type { Index, KernelIR, Value } from "../ir/types.ts";
import { valuesOfIndex } from "../ir/structure.ts";
import type { Vectors } from "./vectors.ts";

/** A kernel being emitted. */
export type Context = {
  readonly v: Vectors;
  readonly ir: KernelIR;
  /** Local of the lane position. */
  readonly lane: number;
  /** Elements from row to row of the blocks ACC and LOADED; null: as many as there are lanes. */
  readonly pitch: number | null;
  /** Local of the scratch address. */
  readonly scratch: number;
  /** Locals of the row axes, by id. */
  readonly axes: ReadonlyMap<number, number>;
  /** Locals of the buffers' addresses. */
  readonly pointers: ReadonlyMap<number, number>;
  /** The local that holds a value, printed at its first use. */
  valueOf(row: Row, value: Value, copy: Copy | null): number;
  /** Whether a value differs from lane to lane. */
  varies(value: Value): boolean;
  /** Multiplications that the addition or subtraction above them takes in: its id to the operand. */
  readonly contracted: ReadonlyMap<number, 0 | 1>;
};

/** What has been computed for the row at hand, once for all lanes. */
export type Row = {
  readonly values: Map<number, number>;
  /** Addresses without the lane's part. */
  readonly bases: Map<string, number>;
  /** Reductions of earlier stages (row kernels). */
  readonly reductions: readonly number[];
};

/** One vector of the lane: `offset` elements after the lane position, `valid` of its 4 lanes used. */
export type Copy = {
  readonly offset: number;
  readonly valid: number;
  readonly values: Map<number, number>;
  /** Reductions of earlier stages (col kernels). */
  readonly reductions: readonly number[];
};

/** A row about to be computed. */
export function newRow(reductions: readonly number[] = []): Row {
  return { values: new Map(), bases: new Map(), reductions };
}

/** `count` vectors side by side, the last with `valid` lanes. */
export function copies(count: number, valid = 4): Copy[] {
  return Array.from({ length: count }, (_, i) => ({
    offset: 4 * i,
    valid,
    values: new Map(),
    reductions: [],
  }));
}

/** Finds the values that differ from lane to lane. */
export function varying(ir: KernelIR, order: readonly Value[]): (value: Value) => boolean {
  const varies = new Set<number>();
  const indexVaries = (index: Index): boolean =>
    index.terms.some(([atom]) => {
      switch (atom.kind) {
        case "axis":
          return atom.axis.id === ir.lane.id;
        case "dynamic":
          return varies.has(atom.value.id);
        default:
          return indexVaries(atom.index);
      }
    });
  for (const value of order) {
    const here = value.op === "red" && ir.kind === "col";
    const above = value.args.some((arg) => varies.has(arg.id));
    if (here || above || (value.index && indexVaries(value.index))) varies.add(value.id);
  }
  return (value) => varies.has(value.id);
}

/** Finds the float products used once, by an addition or subtraction: those become multiply-adds. */
export function contractions(
  order: readonly Value[],
  roots: readonly Value[],
  varies: (value: Value) => boolean,
): Map<number, 0 | 1> {
  const uses = new Map<number, number>();
  const use = (value: Value): void => void uses.set(value.id, (uses.get(value.id) ?? 0) + 1);
  roots.forEach(use);
  for (const value of order) {
    value.args.forEach(use);
    if (value.index) valuesOfIndex(value.index).forEach(use);
  }
  const found = new Map<number, 0 | 1>();
  for (const value of order) {
    if (value.dtype !== "f32" || (value.op !== "add" && value.op !== "sub")) continue;
    const taken = (i: 0 | 1): boolean => {
      const arg = value.args[i]!;
      return arg.op === "mul" && uses.get(arg.id) === 1 && varies(arg) === varies(value);
    };
    if (taken(1)) found.set(value.id, 1);
    else if (value.op === "add" && taken(0)) found.set(value.id, 0);
  }
  return found;
}
