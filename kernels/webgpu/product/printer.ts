import type { KernelIR } from "../../ir/types.ts";
import type { NarrowQuads } from "./narrow.ts";

/** Buffer number of the workspace in which parts of a split sum wait for the second kernel. */
export const PARTIALS = -3;

/** How a kernel sees a buffer: element by element as stored, or as quads of f32. */
export type View = "elements" | "quads";

/** Names that expressions of a map kernel refer to: u32 positions, and the f32 accumulator. */
export type Places = { readonly row: string; readonly lane: string; readonly acc?: string };

/** A buffer of f32 in WGSL: the expression of an element or a quad, and the statement that sets it. */
export type PrintedBuffer = {
  readonly read: (at: string) => string;
  readonly write: (at: string, value: string) => string;
};

/** What the products ask of the printer of expressions, for one kernel. */
export type ProductPrinter = {
  /** A buffer of f32, which is declared. */
  readonly buffer: (buffer: number, view: View) => PrintedBuffer;
  /** The value that a loader computes: statements before it, and its f32 expression. */
  readonly loaded: (
    ir: KernelIR,
    places: Places,
  ) => { readonly lines: readonly string[]; readonly value: string };
  /** Four halves from a multiple of four on, widened, as a loader that does nothing else sees them. */
  readonly halves: (
    ir: KernelIR,
    places: Places,
    halves: NarrowQuads,
  ) => { readonly lines: readonly string[]; readonly value: string };
  /** The statements of an epilogue, its stores included. */
  readonly epilogue: (ir: KernelIR, places: Places) => readonly string[];
};
