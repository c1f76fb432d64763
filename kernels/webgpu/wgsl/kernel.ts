/** A memory that a kernel binds, by one of its buffers, and which window of it. */
export type Binding = {
  readonly buffer: number;
  readonly access: "read" | "write";
  readonly window: number;
};

/** A kernel in WGSL: its whole text, its workgroups in one line, and its bindings in order. */
export type WgslKernel = {
  readonly code: string;
  readonly groups: number;
  readonly bindings: readonly Binding[];
  /** Turns of its loops, which software adapters may limit; 0 for none or where it is not known. */
  readonly turns?: number;
};
