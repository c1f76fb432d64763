import type { AttentionSizes } from "../../../core/internal.ts";

/** An operand of attention in memory, strides in elements. */
export type ViewStep = {
  readonly slot: number;
  readonly offset: number;
  readonly strides: readonly number[];
};

/** A part of attention as plain data, so that workers can be sent it. */
export type AttentionStep = {
  readonly kind: "attention";
  /**
   * What a task computes: the results of a block of queries; all gradients of a head of keys; those of
   * a block of keys; those of a block of queries.
   */
  readonly task: "forward" | "head" | "keys" | "queries";
  readonly sizes: AttentionSizes;
  /** The bits of the factor of scores. */
  readonly scale: number;
  readonly causal: boolean;
  readonly query: ViewStep;
  readonly key: ViewStep;
  readonly value: ViewStep;
  readonly bias: ViewStep | null;
  readonly mask: ViewStep | null;
  readonly out: ViewStep | null;
  readonly lse: ViewStep | null;
  readonly ct: ViewStep | null;
  /** The results, or the gradients that are wanted. */
  readonly results: {
    readonly out: ViewStep | null;
    readonly lse: ViewStep | null;
    readonly query: ViewStep | null;
    readonly key: ViewStep | null;
    readonly value: ViewStep | null;
  };
  readonly tasks: number;
};
