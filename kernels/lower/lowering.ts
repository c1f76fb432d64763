import type { Index, Value } from "../ir/types.ts";
import type { Expressions } from "../ir/value.ts";
import type { Norm } from "../schedule/node.ts";

/** What the value of a node at an index depends on. */
export type Lowering = {
  readonly norm: Norm;
  /** Nodes that have a buffer, so that others load them. */
  readonly stored: Uint8Array;
  readonly table: Expressions;
  /** Elementwise primitives that the emitter prints. */
  readonly native: ReadonlySet<string>;
  /** Stored nodes that were loaded. */
  readonly loads: Set<number>;
  /** The buffer of a stored node. */
  readonly bufferOf: (node: number) => number;
  /** The value of a node that this kernel computes itself, or null. */
  readonly local: (node: number, at: readonly Index[]) => Value | null;
  /** A stored node that is computed nevertheless, since this kernel stores it; or -1. */
  skip: number;
  readonly memo: Map<number, (readonly [at: readonly Index[], value: Value])[]>;
};
