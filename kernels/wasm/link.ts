import { type AttentionCalls, attentionCalls } from "./attention/calls.ts";

/** A compiled kernel, or a function of the product module. */
export type Call = (...args: number[]) => void;

/** A module and the numbers of the functions in it. */
export type CodeModule = { readonly module: WebAssembly.Module; readonly fns: readonly number[] };

/** The functions of the product module, linked to a memory. */
export type ProductCalls = {
  readonly packA: Call;
  readonly packB: Call;
  readonly macro: Call;
  /** Products of few rows, by their number (from 1). */
  readonly thin: readonly (Call | undefined)[];
  readonly zeroStrip: Call;
  readonly copyStrip: Call;
  readonly attention: AttentionCalls;
};

/** Instantiates a module over a memory and enters its functions into `calls`. */
export function linkModule(made: CodeModule, memory: WebAssembly.Memory, calls: Call[]): void {
  const { exports } = new WebAssembly.Instance(made.module, { env: { memory } });
  for (const number of made.fns) calls[number] = exports[exportName(number)] as Call;
}

/** Links the product module to a memory. */
export function linkProducts(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): ProductCalls {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return {
    packA: exports["packA"] as Call,
    packB: exports["packB"] as Call,
    macro: exports["macro"] as Call,
    thin: [undefined, ...[1, 2, 3, 4].map((rows) => exports[`thin${rows}`] as Call)],
    zeroStrip: exports["zeroStrip"] as Call,
    copyStrip: exports["copyStrip"] as Call,
    attention: attentionCalls(exports, memory),
  };
}

/** What function number `number` is exported as. */
export function exportName(number: number): string {
  return `k${number}`;
}
