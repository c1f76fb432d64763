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
  /** Slots of the results, and of the gradients that are wanted. */
  readonly results: {
    readonly out: number | null;
    readonly lse: number | null;
    readonly query: number | null;
    readonly key: number | null;
    readonly value: number | null;
  };
  readonly tasks: number;
};
