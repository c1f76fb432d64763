import type { DType } from "../../core/mod.ts";
import { bytesOf } from "../../core/internal.ts";
import type { KernelIR, ScheduledKernel, Store } from "../ir/types.ts";
import { operandReads, readingsOf } from "./access.ts";
import type { Lives } from "./life.ts";

/** Buffers whose memory others may take over. */
export type AliasRules = {
  readonly dtypes: readonly DType[];
  readonly sizes: readonly number[];
  readonly isOutput: readonly boolean[];
  /** Inputs of the program, and those that it may overwrite. */
  readonly inputs: ReadonlySet<number>;
  readonly donated: ReadonlySet<number>;
};

/**
 * In-place stores: the buffer of a store takes over that of an operand which dies in the kernel, if
 * both are equally large and every access to the operand is at the store's own index and no later
 * than the store. `aliases` holds the decisions made before, and is completed.
 */
export function aliasStores(
  kernels: readonly ScheduledKernel[],
  lives: Lives,
  rules: AliasRules,
  aliases: (number | null)[],
): void {
  kernels.forEach(({ ir }, at) => {
    if (ir.kind === "host" || ir.kind === "loop" || ir.kind === "attention") return;
    if (ir.kind !== "product") aliasKernel(ir, at, new Set(), lives, rules, aliases);
    else if (ir.epilogue) {
      const packed = new Set([...operandReads(ir.a), ...operandReads(ir.b)]);
      aliasKernel(ir.epilogue, at, packed, lives, rules, aliases);
    }
  });
}

function aliasKernel(
  ir: KernelIR,
  at: number,
  packed: ReadonlySet<number>,
  lives: Lives,
  rules: AliasRules,
  aliases: (number | null)[],
): void {
  const readings = readingsOf(ir);
  const taken = new Set<number>();
  ir.stages.forEach((stage, i) => {
    for (const store of stage.stores) {
      const { buffer } = store;
      if (aliases[buffer] !== null || lives.birth[buffer] !== at) continue;
      if (lives.writers[buffer] !== 1) continue;
      for (const [operand, reading] of readings) {
        if (taken.has(operand) || packed.has(operand) || lives.death[operand] !== at) continue;
        if (reading.stage > i || reading.indices.size !== 1) continue;
        if (!reading.indices.has(store.index) || !fits(store, operand, rules)) continue;
        taken.add(operand);
        aliases[buffer] = operand;
        break;
      }
    }
  });
}

function fits(
  { buffer }: Store,
  operand: number,
  { dtypes, sizes, isOutput, inputs, donated }: AliasRules,
): boolean {
  if (isOutput[operand] || (inputs.has(operand) && !donated.has(operand))) return false;
  if (sizes[buffer] !== sizes[operand]) return false;
  return bytesOf(dtypes[buffer]!) === bytesOf(dtypes[operand]!);
}

/** The buffer whose memory a buffer has in the end. */
export function rootOf(buffer: number, aliases: readonly (number | null)[]): number {
  let root = buffer;
  for (let next = aliases[root]; next !== null && next !== undefined; next = aliases[root]) {
    root = next;
  }
  return root;
}
