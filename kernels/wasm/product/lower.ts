import type { Operand, ProductIR } from "../../ir/types.ts";
import type { Code } from "../code.ts";
import type { Workspace } from "../plan.ts";
import type { LoaderCall, OperandStep, PackStep, PlainStep, ProductStep } from "../step.ts";
import { buffersOf } from "../../ir/structure.ts";
import { spreadOf } from "../spread.ts";
import { MAX_THIN_COLUMNS, MAX_TILE_COLUMNS, MAX_TILE_ROWS } from "./scratch.ts";
import { THIN_ROWS } from "./thin.ts";
import { COLUMNS, K_BLOCK, K_SUPER, M_BLOCK, PITCH, roundUp, ROWS } from "./tile.ts";

/** Memory that a product needs while it runs, in bytes; 0 for none. */
export type ProductSpace = { readonly packed: number; readonly sum: number };

/**
 * The left operand of one wide product is packed in memory first, so that no task packs it again. A
 * long k runs in super-blocks, whose sums are kept in memory if an epilogue follows.
 */
export function spaceOf(ir: ProductIR): ProductSpace {
  const { batch, m, n, k, epilogue } = ir;
  if (batch !== 1 || n <= COLUMNS || m * n * k === 0 || isThin(ir)) return { packed: 0, sum: 0 };
  return {
    packed: 4 * roundUp(m, ROWS) * Math.min(roundUp(k, K_BLOCK), K_SUPER),
    sum: epilogue && k > K_SUPER ? 4 * m * n : 0,
  };
}

/** The workspaces of a product that is kernel number `kernel`. */
export function workspacesOf(ir: ProductIR, kernel: number): Workspace[] {
  const { packed, sum } = spaceOf(ir);
  return [packed, sum].filter((bytes) => bytes > 0).map((bytes) => ({ kernel, bytes }));
}

/** The steps of a product; `workspace` is the slot of its first workspace. */
export function lowerProduct(
  ir: ProductIR,
  code: Code,
  slotOf: (buffer: number) => number,
  workspace: number,
): (PackStep | ProductStep)[] {
  const { batch, m, n, k } = ir;
  if (batch * m * n === 0) return [];
  const space = spaceOf(ir);
  const packed = space.packed > 0 ? workspace : null;
  const sum = space.sum > 0 ? workspace + 1 : null;
  const a = lowerOperand(ir.a, m, k, code, slotOf);
  const b = lowerOperand(ir.b, n, k, code, slotOf);
  const epilogue = ir.epilogue && {
    fn: code.functionOf(ir.epilogue, sum === null ? PITCH : null),
    slots: buffersOf(ir.epilogue).map((buffer) => buffer < 0 ? buffer : slotOf(buffer)),
  };
  const plain = sum === null
    ? plainOf(ir, slotOf)
    : { slot: sum, offset: 0, rowStride: n, batch: [] };
  const { tileM, tileN } = tileOf(ir);
  const columns = batch * Math.ceil(n / tileN);
  const spread = spreadOf(columns);
  const tasks = columns * Math.ceil(m / tileM);
  const stride = packed === null ? Math.max(1, k) : K_SUPER;
  const steps: (PackStep | ProductStep)[] = [];
  for (let k0 = 0; k0 === 0 || k0 < k; k0 += stride) {
    const k1 = Math.min(k, k0 + stride);
    if (packed !== null) {
      const packTasks = Math.ceil((k1 - k0) / K_BLOCK) * Math.ceil(m / M_BLOCK);
      steps.push({ kind: "pack", m, k0, k1, a, packed, tasks: packTasks });
    }
    const finish = k1 === k && epilogue ? epilogue : null;
    steps.push({
      kind: "product",
      m,
      n,
      k0,
      k1,
      a,
      b,
      packed,
      thin: isThin(ir),
      tileM,
      tileN,
      spread,
      plain,
      epilogue: finish,
      tasks,
    });
  }
  return steps;
}

function plainOf({ plain }: ProductIR, slotOf: (buffer: number) => number): PlainStep | null {
  return plain ? { ...plain, slot: slotOf(plain.buffer) } : null;
}

function lowerOperand(
  operand: Operand,
  free: number,
  k: number,
  code: Code,
  slotOf: (buffer: number) => number,
): OperandStep {
  const { offset, freeStride, kStride, batch, loader: ir, laneIsK = false } = operand;
  const loader: LoaderCall | null = ir
    ? {
      fn: code.functionOf(ir, PITCH),
      slots: buffersOf(ir).map((buffer) => buffer < 0 ? buffer : slotOf(buffer)),
      laneIsK,
      rows: laneIsK ? free : k,
      lanes: ir.lane.size,
    }
    : null;
  const slot = loader ? 0 : slotOf(operand.buffer);
  return { slot, offset, freeStride, kStride, batch, loader };
}

/**
 * Whether a product has so few rows that packing the right operand would cost more than multiplying
 * by it as it lies, which takes columns that lie next to each other.
 */
function isThin({ m, n, k, a, b }: ProductIR): boolean {
  if (m > THIN_ROWS || n < COLUMNS || k === 0 || a.loader) return false;
  return b.loader ? b.laneIsK === false : b.freeStride === 1;
}

/** Tasks that a product has at least, so that threads end at nearly the same time. */
const TASKS = 8;
/** Rows of a tile at least, for that: every tile packs the right operand again. */
const SPLIT_ROWS = 48;
/** Multiply-adds of a task at least, for that: a task costs the taking. */
const SPLIT_WORK = 1 << 17;
/** Columns from which tiles are as wide as they can be: there are tasks enough. */
const WIDE = 4096;

/** Tiles by the shape alone; their rows are shared out evenly, so that no tile is a mere rest. */
function tileOf(ir: ProductIR): { tileM: number; tileN: number } {
  const { batch, m, n, k } = ir;
  if (isThin(ir)) {
    return { tileM: m, tileN: batch * n >= TASKS * MAX_THIN_COLUMNS ? MAX_THIN_COLUMNS : 128 };
  }
  const tileN = batch > 1 || n >= WIDE ? MAX_TILE_COLUMNS : 64;
  const others = batch * Math.ceil(n / tileN);
  const most = Math.min(Math.ceil(m / SPLIT_ROWS), Math.floor(batch * m * n * k / SPLIT_WORK));
  const down = Math.max(Math.ceil(m / MAX_TILE_ROWS), Math.min(Math.ceil(TASKS / others), most));
  return { tileM: roundUp(Math.ceil(m / down), ROWS), tileN };
}
