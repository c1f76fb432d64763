import type { Graph } from "./graph.ts";

/**
 * What a primitive that holds Graphs does with them, so that a backend can compile the Graphs and
 * run the loop itself. The operands of the primitive are in the order of the comments.
 */
export type Loop = ScanLoop | CondLoop | WhileLoop;

/**
 * Constants, carry, stacked inputs to carry, stacked outputs. The body maps constants, carry and a
 * slice of each stacked input to the next carry and a slice of each stacked output.
 */
export type ScanLoop = {
  readonly kind: "scan";
  readonly body: Graph;
  /** Number of constants. */
  readonly consts: number;
  /** Number of values that a step hands to the next. */
  readonly carry: number;
  readonly length: number;
  /** Whether the last slice comes first. */
  readonly reverse: boolean;
};

/** Number of the branch (clamped to those there are), operands of the branches to their results. */
export type CondLoop = { readonly kind: "cond"; readonly branches: readonly Graph[] };

/**
 * Constants of the test, constants of the body, carry to carry. The test maps its constants and the
 * carry to a bool, the body maps its own and the carry to the next one.
 */
export type WhileLoop = {
  readonly kind: "while";
  readonly test: Graph;
  readonly body: Graph;
  /** Number of constants of the test, and of the body. */
  readonly testConsts: number;
  readonly bodyConsts: number;
};
