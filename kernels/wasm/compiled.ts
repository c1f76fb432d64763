import type { KernelReport, Program } from "../../core/mod.ts";
import type { HoistedLoop } from "../ir/hoist.ts";
import type { LoopBody } from "../ir/loop.ts";
import type { HostIR, LoopIR } from "../ir/types.ts";
import type { MemoryPlan } from "./plan.ts";
import type { Step } from "./step.ts";

/** What runs of a program need of it. */
export type Runnable = {
  readonly number: number;
  /** Null for steps that the main thread does by itself. */
  readonly steps: readonly (Step | null)[];
};

/** A program of the CPU backend. */
export type CpuProgram = Program & Runnable & {
  /** By step: what the main thread does by itself, where it does. */
  readonly alone: readonly (HostIR | LoopStep | null)[];
  /** By step: the kernel that it is a part of. */
  readonly kernelOf: readonly KernelReport[];
  readonly plan: MemoryPlan;
  readonly donated: readonly boolean[];
  /** Slot of every output. */
  readonly outputs: readonly number[];
};

/** A loop: turns of programs whose memory is the workspace of this one step. */
export type LoopStep = LoopPrograms & {
  readonly kind: "loop";
  readonly ir: LoopIR;
  /** Slots of the operands and results. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Slot of the workspace. */
  readonly workspace: number;
};

/** The programs of a loop, and its workspace: the arena that they share, and what outlives a turn. */
export type LoopPrograms = {
  readonly hoisted: HoistedLoop;
  /** What runs once, and where its results are kept. */
  readonly before: BodyProgram | null;
  readonly kept: readonly number[];
  readonly bodies: readonly BodyProgram[];
  /** Offsets of a test's result and of the buffers of the carries; bytes of it all. */
  readonly flag: number;
  readonly space: number;
  readonly bytes: number;
};

/** A program of a loop, and the table of addresses that its turns share. */
export type BodyProgram = {
  readonly body: LoopBody;
  readonly program: CpuProgram;
  readonly addresses: Int32Array<ArrayBuffer>;
  /** Slots of every input and of every new block: aliases have several. */
  readonly inputSlots: readonly (readonly number[])[];
  readonly blockSlots: readonly (readonly number[])[];
  /** Block of every output of the program; -1: it is where an input was. */
  readonly blockOf: readonly number[];
  readonly buffers: CarryPlan;
};

/** The buffers that the carries of a loop take turns in, besides the loop's own results. */
export type CarryPlan = {
  /** One class for every size: how many buffers, and where they start in the space of the loop. */
  readonly classes: readonly CarryClass[];
  /** Bytes of all of them. */
  readonly bytes: number;
  /** Class of every carry; -1: no turn changes it. */
  readonly carryClass: readonly number[];
  /** Class of every block; -1: its output is no carry. */
  readonly blockClass: readonly number[];
  /** Carries whose buffers are free after a turn: no output took them over. */
  readonly freed: readonly number[];
};

/** Buffers of one size. */
export type CarryClass = {
  readonly bytes: number;
  readonly offset: number;
  readonly pitch: number;
  readonly count: number;
};
