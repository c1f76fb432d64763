import type { Aval, DType, Loop } from "../../core/mod.ts";
import type { AttentionCall, AttentionIR } from "./attention.ts";

/**
 * The kernel IR: what one kernel computes, said once for every emitter. A kernel iterates over rows
 * (outer axes) and a lane (the inner, vectorised axis); indices are normal forms over those axes.
 */

/** One loop: `id` is unique in its kernel, `size` its trip count. */
export type Axis = { readonly id: number; readonly size: number };

/** What an index is a sum of. `dynamic`: an i32 value known to lie in [0, size). */
export type Atom =
  | { readonly kind: "axis"; readonly axis: Axis }
  | { readonly kind: "div" | "mod"; readonly index: Index; readonly by: number }
  | { readonly kind: "dynamic"; readonly value: Value; readonly size: number };

/** Σ coefficient · atom + constant, in normal form; `key` identifies it. Unit: elements. */
export type Index = {
  readonly terms: readonly (readonly [atom: Atom, coefficient: number])[];
  readonly constant: number;
  readonly key: string;
};

/** Operations of one element; operand and result types follow the primitive of the same name. */
export type ValueOp =
  | "load" // element `index` of buffer `buffer`, widened to the register type of `dtype`
  | "const" // `number`
  | "index" // `index` as an i32
  | "red" // result `number` of the reductions of earlier stages
  | "acc" // the accumulator of a product under an epilogue: a load of buffer ACC at `index`
  | string; // name of an elementwise primitive ("add", "exp", "select", "convert_element_type" ...)

/** A hash-consed expression: equal ids within one kernel are equal values. */
export type Value = {
  readonly id: number;
  readonly op: ValueOp;
  readonly dtype: DType;
  readonly args: readonly Value[];
  readonly buffer?: number;
  readonly index?: Index;
  readonly number?: number;
  /** Static parameters of an elementwise primitive that has any (the exponent of integer_pow). */
  readonly params?: unknown;
};

/**
 * Buffer number of a product's accumulator in an epilogue. Its index is always
 * row · n + column with row = b · m + i, so an emitter may give it another pitch.
 */
export const ACC = -1;

/**
 * Buffer number of the scratch block that a loader writes. Its index is always
 * row · lane.size + lane, the row counting [batch, free] or, if the lane is free, [batch, k].
 */
export const LOADED = -2;

/** A fold over the lane (row kernels) or over the rows (col kernels). */
export type Reduction = {
  readonly op: "sum" | "max" | "min" | "prod";
  readonly value: Value;
};

/** One element written for every row and lane (or, in `rowStores`, for every row or every lane). */
export type Store = { readonly buffer: number; readonly index: Index; readonly value: Value };

/** One pass over the lane; later stages see the reductions of earlier ones. */
export type Stage = {
  readonly reductions: readonly Reduction[];
  readonly stores: readonly Store[];
};

/**
 * A generated kernel. map: one stage without reductions. row: reductions along the lane. col:
 * reductions along the rows, a block of lanes at a time.
 */
export type KernelIR = {
  readonly kind: "map" | "row" | "col";
  readonly rows: readonly Axis[];
  readonly lane: Axis;
  readonly stages: readonly Stage[];
  /** Values per row (col: per lane), stored after the last stage. */
  readonly rowStores: readonly Store[];
  /** Callable on rows x [lane0, lane1): loaders, epilogues, one-dimensional maps. */
  readonly tile: boolean;
  /**
   * Rows along which steps read what earlier ones stored (scatter, running sums) and run in order;
   * none in most kernels.
   */
  readonly sequence: readonly Axis[];
  /** Neighbouring steps of the sequence that differ in this value depend on nothing of each other. */
  readonly segment?: Value;
};

/**
 * Operand of a product, seen as [batch, free, K]: element (b, f, k) of `buffer` lies at
 * offset + Σ batch strides + f·freeStride + k·kStride. With a loader, the loader's map kernel
 * writes it into scratch instead, its lane being k (`laneIsK`) or the free axis.
 */
export type Operand = {
  readonly buffer: number;
  readonly offset: number;
  readonly freeStride: number;
  readonly kStride: number;
  readonly batch: readonly (readonly [size: number, stride: number])[];
  readonly loader?: KernelIR;
  readonly laneIsK?: boolean;
};

/** A product C[b, m, n] = Σk A[b, m, k] · B[b, n, k]. */
export type ProductIR = {
  readonly kind: "product";
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Operand;
  readonly b: Operand;
  /** Where the result goes when it is stored as it is, f32. */
  readonly plain?: {
    readonly buffer: number;
    readonly offset: number;
    readonly rowStride: number;
    readonly batch: readonly (readonly [size: number, stride: number])[];
  };
  /** Otherwise a map kernel over [batch · m] rows and n lanes that reads ACC. */
  readonly epilogue?: KernelIR;
};

/**
 * A primitive on whole arrays: run on the host through its `evaluate`, for what has no kernel
 * (factorizations), or what the backend does itself (Machine.native).
 */
export type HostIR = {
  readonly kind: "host";
  readonly primitive: string;
  readonly params: unknown;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Shape and dtype of every input and output, which `evaluate` asks for. */
  readonly inputTypes: readonly Aval[];
  readonly outputTypes: readonly Aval[];
};

/**
 * A primitive that holds Graphs, whose bodies are programs of their own: see loop.ts for how to run
 * them and hoist.ts for what to run before. A backend that does neither may take it for a HostIR.
 */
export type LoopIR = Omit<HostIR, "kind"> & { readonly kind: "loop"; readonly loop: Loop };

/** Whatever one step of a program computes. */
export type StepIR = KernelIR | ProductIR | AttentionIR | HostIR | LoopIR;

/** One step of a program. */
export type ScheduledKernel = {
  readonly ir: StepIR;
  /** For people: "row 512x768 st2 reduce_sum[512]". */
  readonly name: string;
  readonly flops: number;
  readonly bytes: number;
  /** A view that could not be folded. */
  readonly isCopy: boolean;
};

/** A buffer of a program. Storage is core's: bool, i8 and u8 one byte, f16 and bf16 their bits. */
export type BufferPlan = {
  readonly id: number;
  readonly dtype: DType;
  /** Number of elements. */
  readonly size: number;
  /** Input or output number, or an intermediate. */
  readonly role:
    | { readonly kind: "input"; readonly index: number }
    | { readonly kind: "output"; readonly index: number }
    | { readonly kind: "temporary" };
  /** First and last kernel that touches it; inputs are born before kernel 0. */
  readonly birth: number;
  readonly death: number;
  /** The buffer whose memory it takes over in place, if any (a donated input or a dying buffer). */
  readonly alias: number | null;
};

/** The shared result of scheduling: kernels in order, and every buffer with its lifetime. */
export type Schedule = {
  readonly kernels: readonly ScheduledKernel[];
  readonly buffers: readonly BufferPlan[];
  /** Buffer of every Graph input and output. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
};

/** What the schedule has to know of a backend. */
export type Machine = {
  /** Buffers that one kernel may bind. */
  readonly maxBuffers: number;
  /** Bytes that one of them reaches; a larger array counts as several. Unlimited if left out. */
  readonly bindingBytes?: number;
  /** Elementwise primitives that the emitter prints; others become host kernels. */
  readonly elementwise: ReadonlySet<string>;
  /** Whether steps in order are cut into segments that run at once, which takes sorted ids. */
  readonly segments?: boolean;
  /** Primitives that the backend does on whole arrays itself, though there are composites. */
  readonly native?: ReadonlySet<string>;
  /** Whether a row times a matrix that lies row by row is fast as a product. */
  readonly rowProducts?: boolean;
  /** Whether the backend has a kernel for this attention; otherwise it is made of products. */
  readonly attends?: (call: AttentionCall) => boolean;
};
