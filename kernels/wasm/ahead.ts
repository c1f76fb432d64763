import type { DType } from "../../core/mod.ts";
import { bytesOf } from "../../core/internal.ts";
import { coefficientOf } from "../ir/index.ts";
import { bufferOf } from "../ir/structure.ts";
import { ACC, type Index, LOADED } from "../ir/types.ts";
import { laneCoefficient, rowAddress } from "./address.ts";
import type { Context, Row } from "./context.ts";
import type { Plan } from "./evaluate.ts";
import { I32 } from "./opcodes.ts";

/**
 * Tiles of a wide array: a row of a tile is a few cache lines, and the next one lies a page further,
 * where no processor looks ahead. So each row begins by reading a word of every line of a later row.
 */

/** Rows ahead. */
const ROWS = 2;
const LINE = 64;

/** Where a kernel keeps the sum of what it has read ahead; null: it has no need to. */
export function newAhead({ v, ir }: Context): number | null {
  return ir.kind === "map" && ir.tile && ir.rows.length > 0 ? v.fn.local(I32) : null;
}

/** The lines of a tile's row, by the locals of its number, of the last one's end and of the lanes. */
type Span = {
  readonly index: number;
  readonly end: number;
  readonly lane0: number;
  readonly lane1: number;
};

/** Reads ahead what a plan will load and store. */
export function readAhead(
  k: Context,
  row: Row,
  plan: Plan,
  { index, end, lane0, lane1 }: Span,
  sum: number,
): void {
  const { fn } = k.v;
  const places = placesOf(k, plan);
  if (places.length === 0) return;
  const [rows, at, last] = [fn.local(I32), fn.local(I32), fn.local(I32)];
  const { id, size } = k.ir.rows.at(-1)!;
  fn.i32(ROWS).i32(0).get(index).i32(ROWS).op("i32.add").get(end).op("i32.lt_s");
  fn.get(k.axes.get(id)!).i32(ROWS).op("i32.add").i32(size).op("i32.lt_s", "i32.and", "select");
  fn.set(rows);
  for (const { buffer, index, dtype, stride } of places) {
    const bytes = bytesOf(dtype);
    fn.get(rowAddress(k, row, buffer, index, bytes));
    fn.get(rows).i32(stride * bytes).op("i32.mul", "i32.add").tee(at);
    fn.get(lane1).i32(bytes).op("i32.mul", "i32.add").set(last);
    fn.get(at).get(lane0).i32(bytes).op("i32.mul", "i32.add").set(at);
    fn.loop(() => {
      fn.get(sum).get(at).memory("i32.load8_u").op("i32.add").set(sum);
      fn.get(at).i32(LINE).op("i32.add").tee(at).get(last).op("i32.lt_u").branchIf(0);
    });
  }
}

/** Ends a kernel: what has been read must be used, or an engine would not read it. */
export function endAhead({ v, scratch }: Context, sum: number): void {
  v.fn.get(scratch).get(sum).memory("i32.store");
}

type Place = {
  readonly buffer: number;
  readonly index: Index;
  readonly dtype: DType;
  /** Elements from row to row. */
  readonly stride: number;
};

/** Where lanes lie next to each other and rows far apart, each array once. */
function placesOf(k: Context, { loads, stores }: Plan): Place[] {
  const all = [
    ...loads.map((load) => ({ buffer: bufferOf(load)!, index: load.index!, dtype: load.dtype })),
    ...stores.map(({ buffer, index, value }) => ({ buffer, index, dtype: value.dtype })),
  ];
  const known = new Set<string>();
  return all.flatMap((place): Place[] => {
    const key = `${place.buffer} ${place.index.key}`;
    const stride = rowStride(k, place.index);
    if (place.buffer === ACC || place.buffer === LOADED || stride === 0 || known.has(key)) {
      return [];
    }
    known.add(key);
    return [{ ...place, stride }];
  });
}

/** Elements from row to row; 0 where lanes are apart, or where the place of a row depends on data. */
function rowStride(k: Context, index: Index): number {
  if (index.terms.some(([atom]) => atom.kind !== "axis")) return 0;
  if (laneCoefficient(k, index) !== 1) return 0;
  return coefficientOf(index, k.ir.rows.at(-1)!);
}
