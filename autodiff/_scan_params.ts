import type { Graph } from "../core/mod.ts";

/**
 * A loop: `body` maps constants, carry and one slice of each scanned input to the next carry and one
 * slice of each scanned output.
 */
export type ScanParams = {
  readonly body: Graph;
  /** Number of leading inputs of the body that are the same in every step. */
  readonly consts: number;
  /** Number of values that a step hands to the next. */
  readonly carry: number;
  readonly length: number;
  /** Whether the last slice comes first. */
  readonly reverse: boolean;
};
