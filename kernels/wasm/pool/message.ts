import type { CodeModule } from "../link.ts";
import type { Step } from "../step.ts";

/** What workers are sent. */
export type Message =
  | {
    readonly kind: "start";
    readonly memory: WebAssembly.Memory;
    readonly products: WebAssembly.Module;
    readonly modules: readonly CodeModule[];
    readonly control: Int32Array<ArrayBufferLike>;
    readonly addresses: Int32Array<ArrayBufferLike>;
    readonly scratch: number;
  }
  | { readonly kind: "code"; readonly made: CodeModule }
  | {
    readonly kind: "program";
    readonly number: number;
    /** Null for steps that only the main thread does. */
    readonly steps: readonly (Step | null)[];
  };
