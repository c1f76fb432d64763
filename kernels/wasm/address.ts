import type { Index } from "../ir/types.ts";
import type { Context, Copy, Row } from "./context.ts";
import { I32 } from "./opcodes.ts";
import { valuesOfIndex } from "../ir/structure.ts";

/** One lane of one vector. */
export type Position = { readonly copy: Copy; readonly lane: number };

/** What the lane position is multiplied by in an index; null where the index is not affine in it. */
export function laneCoefficient(k: Context, index: Index): number | null {
  let coefficient = 0;
  for (const [atom, c] of index.terms) {
    if (atom.kind === "axis") {
      if (atom.axis.id === k.ir.lane.id) coefficient += c;
    } else if (atom.kind === "dynamic") {
      if (k.varies(atom.value)) return null;
    } else if (readsLane(k, atom.index)) return null;
  }
  return coefficient;
}

function readsLane(k: Context, index: Index): boolean {
  if (valuesOfIndex(index).some(k.varies)) return true;
  return index.terms.some(([atom]) =>
    atom.kind === "axis"
      ? atom.axis.id === k.ir.lane.id
      : atom.kind !== "dynamic" && readsLane(k, atom.index)
  );
}

/** Pushes an index at a position; without one, the part of it that does not depend on the lane. */
export function pushIndex(k: Context, row: Row, index: Index, at: Position | null): void {
  const { fn } = k.v;
  fn.i32(index.constant);
  for (const [atom, coefficient] of index.terms) {
    if (atom.kind === "axis") {
      if (atom.axis.id !== k.ir.lane.id) fn.get(k.axes.get(atom.axis.id)!);
      else if (at) fn.get(k.lane).i32(at.copy.offset + at.lane).op("i32.add");
      else continue;
    } else if (atom.kind === "dynamic") {
      fn.get(k.valueOf(row, atom.value, at ? at.copy : null));
      fn.extractLane(at && k.varies(atom.value) ? at.lane : 0);
    } else {
      pushIndex(k, row, atom.index, at);
      fn.i32(atom.by).op(atom.kind === "div" ? "i32.div_u" : "i32.rem_u");
    }
    if (coefficient !== 1) fn.i32(coefficient).op("i32.mul");
    fn.op("i32.add");
  }
}

/** The local of the address of an affine index at lane 0. */
export function rowAddress(
  k: Context,
  row: Row,
  buffer: number,
  index: Index,
  bytes: number,
): number {
  const key = `${buffer} ${bytes} ${index.key}`;
  const known = row.bases.get(key);
  if (known !== undefined) return known;
  const local = k.v.fn.local(I32);
  k.v.fn.get(k.pointers.get(buffer)!);
  pushIndex(k, row, buffer < 0 ? repitched(k, index) : index, null);
  scale(k, bytes);
  k.v.fn.op("i32.add").set(local);
  row.bases.set(key, local);
  return local;
}

/** An index row · lanes + lane into a block, as row · pitch + lane. */
function repitched({ pitch, ir }: Context, index: Index): Index {
  if (pitch === null) return index;
  const terms = index.terms.map(([atom, c]) =>
    atom.kind === "axis" && atom.axis.id === ir.lane.id
      ? [atom, c] as const
      : [atom, c / ir.lane.size * pitch] as const
  );
  return { ...index, terms };
}

/** Pushes the address of an element at a position. */
export function pushAddress(
  k: Context,
  row: Row,
  buffer: number,
  index: Index,
  bytes: number,
  at: Position,
): void {
  const { fn } = k.v;
  const coefficient = laneCoefficient(k, index);
  if (coefficient === null) {
    fn.get(k.pointers.get(buffer)!);
    pushIndex(k, row, index, at);
    scale(k, bytes);
    fn.op("i32.add");
    return;
  }
  fn.get(rowAddress(k, row, buffer, index, bytes));
  if (coefficient === 0) return;
  fn.get(k.lane).i32(at.copy.offset + at.lane).op("i32.add");
  scale(k, coefficient * bytes);
  fn.op("i32.add");
}

/** Pushes the address of the lane position in a contiguous lane. */
export function pushContiguous(
  k: Context,
  row: Row,
  buffer: number,
  index: Index,
  bytes: number,
): void {
  k.v.fn.get(rowAddress(k, row, buffer, index, bytes)).get(k.lane);
  scale(k, bytes);
  k.v.fn.op("i32.add");
}

function scale(k: Context, by: number): void {
  if (by === 2 || by === 4) k.v.fn.i32(by / 2).op("i32.shl");
  else if (by !== 1) k.v.fn.i32(by).op("i32.mul");
}
