import type { Call, ProductCalls } from "./link.ts";

/** What a thread needs to do tasks. */
export type Thread = {
  /** Kernel functions by number. */
  readonly calls: readonly Call[];
  readonly products: ProductCalls;
  /** Address of the thread's scratch. */
  readonly scratch: number;
};

/** Bytes of scratch that every thread has. */
export const THREAD_SCRATCH: number = 6 << 20;
