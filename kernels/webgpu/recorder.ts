import type { KernelReport } from "../../core/mod.ts";
import type { GpuPiece } from "./memory.ts";
import { type GpuWatch, MOST_KERNELS } from "./timestamps.ts";

/**
 * Commands of a call as they are recorded: kernels of a run share one pass, a copy ends it, and all
 * of it is one submit, unless the host has to see a result in between.
 */
export type Recorder = {
  /** Runs a kernel; its report is null where it goes on with the one before it. */
  readonly dispatch: (
    pipeline: GPUComputePipeline,
    group: GPUBindGroup,
    groups: readonly [number, number, number],
    kernel: KernelReport | null,
  ) => void;
  /** Copies bytes, which are whole words. */
  readonly copy: (from: Span, to: Span, bytes: number) => void;
  /** Submits what has been recorded. */
  readonly flush: () => void;
};

/** A place in a piece of memory; `at` is a multiple of 4. */
export type Span = { readonly piece: GpuPiece; readonly at: number };

/**
 * A recorder; `submit` takes finished commands. Submits are kept short: a long one would look like a
 * fault to the driver. While a function is profiled, `watch` takes them, and each kernel has a pass.
 */
export function newRecorder(
  gpu: GPUDevice,
  submit: (encoder: GPUCommandEncoder) => void,
  watch: GpuWatch | null,
): Recorder {
  let encoder: GPUCommandEncoder | null = null;
  let pass: GPUComputePassEncoder | null = null;
  let count = 0;
  const endPass = (): void => {
    pass?.end();
    pass = null;
  };
  const flush = (): void => {
    endPass();
    if (encoder) (watch?.submit ?? submit)(encoder);
    encoder = null;
    count = 0;
  };
  return {
    dispatch: (pipeline, group, groups, kernel) => {
      encoder ??= gpu.createCommandEncoder();
      if (watch) endPass();
      pass ??= encoder.beginComputePass(watch?.pass(kernel));
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(...groups);
      if (++count >= MOST_KERNELS) flush();
    },
    copy: (from, to, bytes) => {
      if (bytes === 0 || from.piece.id === to.piece.id) return;
      endPass();
      encoder ??= gpu.createCommandEncoder();
      encoder.copyBufferToBuffer(from.piece.buffer, from.at, to.piece.buffer, to.at, bytes);
    },
    flush,
  };
}
