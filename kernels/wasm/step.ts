import type { AttentionStep } from "./attention/step.ts";

/** Steps of a program as plain data, so that workers can be sent them. Buffers are slots of the
 * program's table of addresses. */

/** A generated function over chunks of rows and lanes. */
export type KernelStep = {
  readonly kind: "kernel";
  readonly fn: number;
  readonly slots: readonly number[];
  readonly rows: number;
  readonly lanes: number;
  readonly rowChunk: number;
  readonly laneChunk: number;
  readonly tasks: number;
};

/** Sizes and strides of the leading axes of an operand, in elements. */
export type BatchAxes = readonly (readonly [size: number, stride: number])[];

/** A loader: a kernel that writes a block of an operand into scratch. */
export type LoaderCall = {
  readonly fn: number;
  /** Slots of its buffers; LOADED for the block. */
  readonly slots: readonly number[];
  readonly laneIsK: boolean;
  /** Rows of one batch, and lanes in all. */
  readonly rows: number;
  readonly lanes: number;
};

/** An operand of a product as the packers read it. */
export type OperandStep = {
  readonly slot: number;
  readonly offset: number;
  readonly freeStride: number;
  readonly kStride: number;
  readonly batch: BatchAxes;
  readonly loader: LoaderCall | null;
};

/** Packs the whole left operand of a product, k in [k0, k1). */
export type PackStep = {
  readonly kind: "pack";
  readonly m: number;
  readonly k0: number;
  readonly k1: number;
  readonly a: OperandStep;
  /** Slot of the packed operand. */
  readonly packed: number;
  readonly tasks: number;
};

/** Where a product's tile goes as it is. */
export type PlainStep = {
  readonly slot: number;
  readonly offset: number;
  readonly rowStride: number;
  readonly batch: BatchAxes;
};

/** The map kernel that turns a finished tile into the result. */
export type EpilogueCall = {
  readonly fn: number;
  /** Slots of its buffers; ACC for the tile. */
  readonly slots: readonly number[];
};

/** Tiles of a product, k in [k0, k1). */
export type ProductStep = {
  readonly kind: "product";
  readonly m: number;
  readonly n: number;
  readonly k0: number;
  readonly k1: number;
  readonly a: OperandStep;
  readonly b: OperandStep;
  /** Slot of the packed left operand; null: packed by each task. */
  readonly packed: number | null;
  /** Whether the few rows are multiplied by the right operand as it lies. */
  readonly thin: boolean;
  readonly tileM: number;
  readonly tileN: number;
  /** Step from one task's columns of tiles to the next one's (see spreadOf). */
  readonly spread: number;
  readonly plain: PlainStep | null;
  readonly epilogue: EpilogueCall | null;
  readonly tasks: number;
};

/** A step that any thread may do a part of. */
export type Step = KernelStep | PackStep | ProductStep | AttentionStep;
