import type { KernelIR } from "../ir/types.ts";
import { type Fn, newFunction } from "./asm.ts";
import { printColumns } from "./columns.ts";
import { type Context, contractions, varying } from "./context.ts";
import { valueOf } from "./evaluate.ts";
import { I32 } from "./opcodes.ts";
import { printRows } from "./rows.ts";
import { buffersOf, postOrder, rootsOfKernel } from "../ir/structure.ts";
import { vectorsIn } from "./vectors.ts";

/** Numbers of the parameters that every kernel function has before its buffers' addresses. */
export const PARAMS = { begin: 0, end: 1, lane0: 2, lane1: 3, scratch: 4, count: 5 } as const;

/**
 * The function of a kernel: (begin, end, lane0, lane1, scratch, ...addresses). It does the rows
 * [begin, end) of the lanes [lane0, lane1); a col kernel does all rows of its lanes.
 *
 * lane0 must be a multiple of 4, and lane1 too unless it is the end. Buffers need 64 bytes of slack
 * after their end, because the last vector is loaded whole. Addresses are in the order of
 * `buffersOf`. `pitch`: elements from row to row of the blocks ACC and LOADED, where those are
 * smaller than the whole.
 */
export function emitKernel(ir: KernelIR, pitch: number | null = null): Fn {
  const buffers = buffersOf(ir);
  const fn = newFunction(new Array<number>(PARAMS.count + buffers.length).fill(I32));
  const prologue = newFunction([]);
  const roots = rootsOfKernel(ir);
  const order = postOrder(roots);
  const varies = varying(ir, order);
  const k: Context = {
    v: vectorsIn(fn, prologue),
    ir,
    lane: fn.local(I32),
    pitch,
    scratch: PARAMS.scratch,
    axes: new Map(ir.rows.map((axis) => [axis.id, fn.local(I32)])),
    pointers: new Map(buffers.map((buffer, i) => [buffer, PARAMS.count + i])),
    valueOf: (row, value, copy) => valueOf(k, row, value, copy),
    varies,
    contracted: contractions(order, roots, varies),
  };
  if (ir.kind === "col") printColumns(k, PARAMS.lane0, PARAMS.lane1);
  else printRows(k, PARAMS);
  fn.code.unshift(...prologue.code);
  return fn;
}
