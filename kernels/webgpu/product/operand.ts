import type { Operand } from "../../ir/types.ts";
import type { NarrowQuads } from "./narrow.ts";
import type { ProductPrinter } from "./printer.ts";
import { batchOffset, term, within } from "./text.ts";

/** The axis along which four elements of an operand are loaded at once. */
export type Along = "k" | "free";

/** An operand with the sizes of its axes and how it is printed. */
export type OperandParts = {
  readonly name: "a" | "b";
  readonly operand: Operand;
  readonly free: number;
  readonly k: number;
  /** Whether positions beyond the end are asked for: they read as 0. */
  readonly checks: { readonly free: boolean; readonly k: boolean };
  /** Whether its buffer is read as quads. */
  readonly isQuads: boolean;
  /** The halves that it widens, four at once. */
  readonly halves: NarrowQuads | null;
};

/** An operand in WGSL. */
export type OperandCode = {
  readonly along: Along;
  /** The functions that read it. */
  readonly functions: string;
  /** What the functions take for batch number `batch`. */
  readonly base: (batch: string) => string;
  /** Four elements from (free, k) on. */
  readonly quad: (base: string, free: string, k: string) => string;
  /** The element at (free, k), where its buffer is not read as quads. */
  readonly element: (base: string, free: string, k: string) => string;
};

/** Quads run along the axis whose elements lie next to each other. */
export function alongOf({ loader, laneIsK, kStride, freeStride }: Operand): Along {
  if (loader) return laneIsK ? "k" : "free";
  return kStride === 1 || freeStride !== 1 && Math.abs(kStride) < Math.abs(freeStride)
    ? "k"
    : "free";
}

/** Whether every four elements from a multiple of four on are one aligned quad of the buffer. */
export function isQuadAligned(operand: Operand, free: number, k: number): boolean {
  const { loader, offset, freeStride, kStride, batch } = operand;
  if (loader) return false;
  const [unit, other, size] = alongOf(operand) === "k"
    ? [kStride, freeStride, k]
    : [freeStride, kStride, free];
  return unit === 1 && [other, size, offset, ...batch.map(([, s]) => s)].every((n) => n % 4 === 0);
}

/** Prints the functions `<name>_element` and `<name>_quad`. */
export function operandCode(parts: OperandParts, printer: ProductPrinter): OperandCode {
  const { name, operand } = parts;
  const along = alongOf(operand);
  return {
    along,
    functions: parts.isQuads
      ? quadFunction(parts, printer)
      : parts.halves
      ? halvesFunction(parts, parts.halves, printer)
      : elementFunctions(parts, printer),
    base: (batch) => baseOf(parts, batch),
    quad: (base, free, k) => `${name}_quad(${base}, ${free}, ${k})`,
    element: (base, free, k) => `${name}_element(${base}, ${free}, ${k})`,
  };
}

/** A loader takes the batch's number; strides take its offset, in quads if the buffer is so read. */
function baseOf({ operand, isQuads }: OperandParts, batch: string): string {
  if (operand.loader) return batch;
  const unit = isQuads ? 4 : 1;
  const axes = operand.batch.map(([size, stride]) => [size, stride / unit] as const);
  return batchOffset(batch, operand.offset / unit, axes);
}

function quadFunction(parts: OperandParts, printer: ProductPrinter): string {
  const { name, operand } = parts;
  const buffer = printer.buffer(operand.buffer, "quads");
  const index = alongOf(operand) === "k"
    ? `base${term("free", operand.freeStride / 4)} + k / 4u`
    : `base${term("k", operand.kStride / 4)} + free / 4u`;
  return `fn ${name}_quad(base: u32, free: u32, k: u32) -> vec4<f32> {
  ${guard(parts, "vec4<f32>()")}return ${buffer.read(index)};
}`;
}

function halvesFunction(
  parts: OperandParts,
  halves: NarrowQuads,
  printer: ProductPrinter,
): string {
  const { operand: { loader, laneIsK } } = parts;
  const lane = laneIsK ? "k" : "free";
  const { lines, value } = printer.halves(loader!, { row: "row", lane }, halves);
  return `fn ${parts.name}_quad(base: u32, free: u32, k: u32) -> vec4<f32> {
  ${guard(parts, "vec4<f32>()")}${[rowLine(parts), ...lines, `return ${value};`].join("\n  ")}
}`;
}

function elementFunctions(parts: OperandParts, printer: ProductPrinter): string {
  const { name, operand } = parts;
  const next = (i: number): string =>
    alongOf(operand) === "k"
      ? `${name}_element(base, free, k + ${i}u)`
      : `${name}_element(base, free + ${i}u, k)`;
  return `fn ${name}_element(base: u32, free: u32, k: u32) -> f32 {
  ${guard(parts, "0.0")}${elementBody(parts, printer)}
}
fn ${name}_quad(base: u32, free: u32, k: u32) -> vec4<f32> {
  return vec4<f32>(${[0, 1, 2, 3].map(next).join(", ")});
}`;
}

/** The number of the row that a loader's kernel counts. */
function rowLine({ operand: { laneIsK }, free, k }: OperandParts): string {
  return `let row = ${laneIsK ? `base * ${free}u + free` : `base * ${k}u + k`};`;
}

function elementBody(parts: OperandParts, printer: ProductPrinter): string {
  const { operand } = parts;
  const { loader, laneIsK, freeStride, kStride } = operand;
  if (!loader) {
    const buffer = printer.buffer(operand.buffer, "elements");
    return `return ${buffer.read(`base${term("free", freeStride)}${term("k", kStride)}`)};`;
  }
  const { lines, value } = printer.loaded(loader, { row: "row", lane: laneIsK ? "k" : "free" });
  return [rowLine(parts), ...lines, `return ${value};`].join("\n  ");
}

function guard({ free, k, checks }: OperandParts, zero: string): string {
  if (!checks.free && !checks.k) return "";
  const inside = within([checks.free ? ["free", free] : null, checks.k ? ["k", k] : null]);
  return `if (!(${inside})) { return ${zero}; }\n  `;
}
