import { sizeOfAxes } from "../ir/structure.ts";
import { type Context, copies, type Copy, newRow } from "./context.ts";
import { planStage, planStores, prepare, printVarying } from "./evaluate.ts";
import { loopTo } from "./loops.ts";
import { I32 } from "./opcodes.ts";
import { accumulate, newAccumulator } from "./reduction.ts";
import { wrap } from "./register.ts";
import { setAxes } from "./rows.ts";
import { storeLanes } from "./storage.ts";

/** Vectors of lanes that run down the rows together. */
const WIDTH = 4;

/** Prints a col kernel: for each block of lanes, each stage in turn over all rows in order. */
export function printColumns(k: Context, lane0: number, lane1: number): void {
  const { fn } = k.v;
  fn.get(lane0).set(k.lane);
  const upTo = (vectors: number): () => void => () => fn.get(lane1).i32(4 * vectors).op("i32.sub");
  loopTo(fn, k.lane, upTo(WIDTH), 4 * WIDTH, () => printBlock(k, copies(WIDTH)));
  loopTo(fn, k.lane, upTo(1), 4, () => printBlock(k, copies(1)));
  const tail = k.ir.lane.size % 4;
  if (tail) fn.get(k.lane).get(lane1).op("i32.lt_s").if(() => printBlock(k, copies(1, tail)));
}

function printBlock(k: Context, block: readonly Copy[]): void {
  let done: readonly Copy[] = block;
  k.ir.stages.forEach((_, stage) => done = printStage(k, done, stage));
  const row = newRow();
  const plan = planStores(k, k.ir.rowStores);
  prepare(k, row, plan);
  printVarying(k, row, plan, done);
  for (const copy of done) {
    for (const store of k.ir.rowStores) {
      storeLanes(k, row, store, k.valueOf(row, store.value, copy), copy);
    }
  }
}

/** Prints one pass down the rows; the block with the stage's reductions added. */
function printStage(k: Context, block: readonly Copy[], stage: number): Copy[] {
  const { fn } = k.v;
  const { reductions, stores } = k.ir.stages[stage]!;
  const plan = planStage(k, k.ir.stages[stage]!);
  const accumulators = block.map(() => reductions.map((each) => newAccumulator(k.v, each)));
  const count = sizeOfAxes(k.ir.rows);
  const index = fn.local(I32);
  fn.i32(0).set(index);
  loopTo(fn, index, () => fn.i32(count - 1), 1, () => {
    setAxes(k, index);
    const row = newRow();
    const vectors = block.map((copy): Copy => ({ ...copy, values: new Map() }));
    prepare(k, row, plan);
    printVarying(k, row, plan, vectors);
    vectors.forEach((copy, at) => {
      reductions.forEach((reduction, i) => {
        const local = k.valueOf(row, reduction.value, copy);
        accumulate(k.v, reduction, accumulators[at]![i]!, local, 4);
      });
      for (const store of stores) {
        storeLanes(k, row, store, k.valueOf(row, store.value, copy), copy);
      }
    });
  });
  return block.map((copy, at) => {
    const results = reductions.map((each, i) => wrap(k.v, each.value.dtype, accumulators[at]![i]!));
    return { ...copy, values: new Map(), reductions: [...copy.reductions, ...results] };
  });
}
