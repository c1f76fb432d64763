import type { Value } from "../ir/types.ts";
import { endAhead, newAhead, readAhead } from "./ahead.ts";
import { type Context, copies, type Copy, newRow, type Row } from "./context.ts";
import { DEAR } from "./elementwise.ts";
import { type Plan, planStage, planStores, prepare, printVarying } from "./evaluate.ts";
import { loopTo } from "./loops.ts";
import { I32, V128 } from "./opcodes.ts";
import { accumulate, collapse, newAccumulator } from "./reduction.ts";
import { storeLanes, storeRow } from "./storage.ts";
import { postOrder, rootsOf } from "../ir/structure.ts";

type Range = {
  readonly begin: number;
  readonly end: number;
  readonly lane0: number;
  readonly lane1: number;
};

/** Vectors side by side in the main loop: more for short bodies, whose latency would show. */
function unrolling(plan: Plan): number {
  return plan.varying.length <= 16 ? 4 : 2;
}

/** Prints a map or row kernel: for each row, each stage in turn over the lane. */
export function printRows(k: Context, range: Range): void {
  const { fn } = k.v;
  const kept = keptValues(k);
  const ahead = newAhead(k);
  const index = fn.local(I32);
  fn.get(range.begin).set(index);
  loopTo(fn, index, () => fn.get(range.end).i32(1).op("i32.sub"), 1, () => {
    setAxes(k, index);
    const reductions: number[] = [];
    const row = newRow(reductions);
    const read = (plan: Plan): void => {
      if (ahead !== null) readAhead(k, row, plan, { ...range, index }, ahead);
    };
    k.ir.stages.forEach((_, stage) => {
      reductions.push(...printStage(k, row, range, stage, kept, read));
    });
    prepare(k, row, planStores(k, k.ir.rowStores));
    for (const store of k.ir.rowStores) storeRow(k, row, store, k.valueOf(row, store.value, null));
  });
  if (ahead !== null) endAhead(k, ahead);
}

/** Sets the locals of the row axes from the number of the row. */
export function setAxes(k: Context, index: number): void {
  const { fn } = k.v;
  const rest = fn.local(I32);
  fn.get(index).set(rest);
  for (let i = k.ir.rows.length - 1; i >= 0; i--) {
    const { id, size } = k.ir.rows[i]!;
    const local = k.axes.get(id)!;
    if (i === 0) fn.get(rest).set(local);
    else {fn.get(rest).i32(size).op("i32.rem_u").set(local).get(rest).i32(size).op("i32.div_u").set(
        rest,
      );}
  }
}

/** Prints one pass over the lane; the locals of its reductions. */
function printStage(
  k: Context,
  row: Row,
  { lane0, lane1 }: Range,
  stage: number,
  kept: readonly Kept[],
  readAhead: (plan: Plan) => void,
): number[] {
  const { fn } = k.v;
  const { reductions, stores } = k.ir.stages[stage]!;
  if (reductions.length + stores.length === 0) return [];
  const read = kept.filter(({ first, last }) => first < stage && stage <= last);
  const written = kept.filter(({ first }) => first === stage);
  const plan = planStage(k, k.ir.stages[stage]!, new Set(read.map(({ value }) => value.id)));
  const width = unrolling(plan);
  prepare(k, row, plan);
  readAhead(plan);
  const accumulators = reductions.map((reduction) =>
    Array.from({ length: width }, () => newAccumulator(k.v, reduction))
  );
  const body = (vectors: readonly Copy[]): void => {
    for (const each of read) reload(k, each, vectors);
    printVarying(k, row, plan, vectors);
    for (const each of written) keep(k, each, vectors);
    vectors.forEach((copy, at) => {
      reductions.forEach((reduction, i) => {
        const local = k.valueOf(row, reduction.value, copy);
        accumulate(k.v, reduction, accumulators[i]![at]!, local, copy.valid);
      });
      for (const store of stores) {
        storeLanes(k, row, store, k.valueOf(row, store.value, copy), copy);
      }
    });
  };
  fn.get(lane0).set(k.lane);
  const upTo = (vectors: number): () => void => () => fn.get(lane1).i32(4 * vectors).op("i32.sub");
  loopTo(fn, k.lane, upTo(width), 4 * width, () => body(copies(width)));
  loopTo(fn, k.lane, upTo(1), 4, () => body(copies(1)));
  const tail = k.ir.lane.size % 4;
  if (tail) fn.get(k.lane).get(lane1).op("i32.lt_s").if(() => body(copies(1, tail)));
  return reductions.map((reduction, i) => collapse(k.v, reduction, accumulators[i]!));
}

/** A dear value that several stages use: the first writes it to scratch, the others read it. */
type Kept = {
  readonly value: Value;
  readonly first: number;
  readonly last: number;
  readonly offset: number;
};

/** Bytes of scratch that kept values may take. */
const KEEP_BYTES = 4 << 20;

function keptValues(k: Context): Kept[] {
  if (k.ir.stages.length < 2) return [];
  const spans = new Map<number, { value: Value; first: number; last: number }>();
  k.ir.stages.forEach((stage, at) => {
    for (const value of postOrder(rootsOf(stage))) {
      if (!DEAR.has(value.op) || !k.varies(value)) continue;
      const span = spans.get(value.id);
      if (span) span.last = at;
      else spans.set(value.id, { value, first: at, last: at });
    }
  });
  const bytes = 4 * (Math.ceil(k.ir.lane.size / 4) * 4 + 16);
  return [...spans.values()]
    .filter(({ first, last }) => last > first)
    .map((span, i) => ({ ...span, offset: i * bytes }))
    .filter(({ offset }) => offset + bytes <= KEEP_BYTES);
}

function pushKept(k: Context): void {
  k.v.fn.get(k.scratch).get(k.lane).i32(2).op("i32.shl", "i32.add");
}

function keep(k: Context, { value, offset }: Kept, vectors: readonly Copy[]): void {
  for (const copy of vectors) {
    const local = copy.values.get(value.id);
    if (local === undefined) continue;
    pushKept(k);
    k.v.fn.get(local).memory("v128.store", offset + 4 * copy.offset);
  }
}

function reload(k: Context, { value, offset }: Kept, vectors: readonly Copy[]): void {
  for (const copy of vectors) {
    const local = k.v.fn.local(V128);
    pushKept(k);
    k.v.fn.memory("v128.load", offset + 4 * copy.offset).set(local);
    copy.values.set(value.id, local);
  }
}
