import type { Index, StepIR, Value } from "../ir/types.ts";
import { type Expressions, expressions } from "../ir/value.ts";
import type { Lowering } from "../lower/lowering.ts";
import type { Scheduling } from "./groups.ts";

/** Buffers of stored nodes, once it is known which are written; -1 for those that are not. */
export type Buffers = Int32Array | null;

/** A kernel and the stored nodes and inputs that it reads. */
export type Built = {
  readonly ir: StepIR;
  readonly loads: ReadonlySet<number>;
};

/** A lowering for one kernel. */
export function lowering(
  { norm, stored, machine }: Scheduling,
  buffers: Buffers,
  loads: Set<number>,
  local: (node: number, at: readonly Index[]) => Value | null = () => null,
): Lowering & { readonly table: Expressions } {
  return {
    norm,
    stored,
    table: expressions(),
    native: machine.elementwise,
    loads,
    bufferOf: (node) => bufferOf(buffers, node),
    local,
    skip: -1,
    memo: new Map(),
  };
}

/** The buffer of a node; its own number while buffers are not known. */
export function bufferOf(buffers: Buffers, node: number): number {
  return buffers ? buffers[node]! : node;
}

/** Whether a node that a kernel computes is written to memory. */
export function isWritten(buffers: Buffers, node: number): boolean {
  return !buffers || buffers[node]! >= 0;
}
