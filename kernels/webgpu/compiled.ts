import type { Graph, KernelReport, Program } from "../../core/mod.ts";
import type { HoistedLoop } from "../ir/hoist.ts";
import type { LoopBody } from "../ir/loop.ts";
import type { HostIR, LoopIR } from "../ir/types.ts";
import type { Pipeline } from "./pipeline.ts";
import type { SlotPlan } from "./slots.ts";

/** A program of the WebGPU backend. */
export type GpuProgram = Program & {
  /** What it was compiled from, and for. */
  readonly graph: Graph;
  readonly gpu: GPUDevice;
  readonly steps: readonly Step[];
  readonly plan: SlotPlan;
  readonly donated: readonly boolean[];
  /** Memory of every output. */
  readonly outputs: readonly number[];
  /** Whether the host has to see something on the way: operands, a test or a choice. */
  readonly asks: boolean;
  /** Why it cannot be run: an array of it fits in no buffer. */
  readonly refusal: RangeError | null;
};

/** One step of a program. */
export type Step = Dispatch | HostStep | LoopStep;

/** A kernel of a program: what it binds, and the bind groups that it was run with. */
export type Dispatch = {
  readonly kind: "dispatch";
  readonly pipeline: Pipeline;
  /** Null: it goes on with the kernel before it. */
  readonly kernel: KernelReport | null;
  /** What each binding reaches: a memory, and which window of it. */
  readonly memories: readonly number[];
  readonly windows: readonly number[];
  readonly groups: Map<string, GPUBindGroup>;
};

/** What the host computes between kernels. */
export type HostStep = {
  readonly kind: "host";
  readonly ir: HostIR | LoopIR;
  readonly kernel: KernelReport;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
};

/** A loop as a step of a program; operands and results by memory. */
export type LoopStep = {
  readonly kind: "loop";
  readonly ir: LoopIR;
  readonly kernel: KernelReport;
  readonly hoisted: HoistedLoop;
  /** What runs once, before the first turn. */
  readonly before: BodyProgram | null;
  readonly bodies: readonly BodyProgram[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
};

/** A body of a loop as a program. */
export type BodyProgram = { readonly body: LoopBody; readonly program: GpuProgram };
