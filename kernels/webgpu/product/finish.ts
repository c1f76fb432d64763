import type { ProductIR } from "../../ir/types.ts";
import type { PrintedBuffer, ProductPrinter } from "./printer.ts";
import { batchOffset, term } from "./text.ts";

/** What becomes of a finished sum, in WGSL. */
export type FinishCode = {
  /** The function `finish`, or `finish_quad`. */
  readonly functions: string;
  /** The statements that hand over four sums of a row, from a column on that is a multiple of 4. */
  readonly quad: (batch: string, row: string, column: string, sums: string) => string;
  /** The statement for one sum; only where `quad` has no function of its own. */
  readonly one: (batch: string, row: string, column: string, sum: string) => string;
};

/** Where the sums of a product with several parts of k are put: [split, batch, m, n]. */
export type Partial = { readonly buffer: PrintedBuffer; readonly isQuads: boolean };

/** Whether a plain store of four columns is one aligned quad of the buffer. */
export function isPlainQuads({ plain, n }: ProductIR): boolean {
  if (!plain) return false;
  return [n, plain.offset, plain.rowStride, ...plain.batch.map(([, s]) => s)]
    .every((stride) => stride % 4 === 0);
}

/** The end of a product: its plain store or its epilogue. */
export function finishCode(
  ir: ProductIR,
  printer: ProductPrinter,
  isQuads: boolean,
): FinishCode {
  const { plain, epilogue, m, n } = ir;
  if (plain && isQuads) {
    const buffer = printer.buffer(plain.buffer, "quads");
    const axes = plain.batch.map(([size, stride]) => [size, stride / 4] as const);
    const at = batchOffset("batch", plain.offset / 4, axes) + term("row", plain.rowStride / 4);
    return quads(buffer.write(`${at} + column / 4u`, "sums"));
  }
  if (plain) {
    const buffer = printer.buffer(plain.buffer, "elements");
    const at = batchOffset("batch", plain.offset, plain.batch) + term("row", plain.rowStride);
    return ones([buffer.write(`${at} + column`, "sum")], n);
  }
  const lines = printer.epilogue(epilogue!, { row: "position", lane: "column", acc: "sum" });
  return ones([`let position = batch * ${m}u + row;`, ...lines], n);
}

/** The end of a part of k: its sums are kept for the second kernel, which sees batch and split as one. */
export function partialCode({ m, n }: ProductIR, { buffer, isQuads }: Partial): FinishCode {
  return isQuads
    ? quads(buffer.write(`(batch * ${m}u + row) * ${n / 4}u + column / 4u`, "sums"))
    : ones([buffer.write(`(batch * ${m}u + row) * ${n}u + column`, "sum")], n);
}

function quads(statement: string): FinishCode {
  return {
    functions: `fn finish_quad(batch: u32, row: u32, column: u32, sums: vec4<f32>) {
  ${statement}
}`,
    quad: (batch, row, column, sums) => `finish_quad(${batch}, ${row}, ${column}, ${sums});`,
    one: () => "",
  };
}

function ones(lines: readonly string[], n: number): FinishCode {
  const one = (batch: string, row: string, column: string, sum: string): string =>
    `finish(${batch}, ${row}, ${column}, ${sum});`;
  const functions = `fn finish(batch: u32, row: u32, column: u32, sum: f32) {
  ${lines.join("\n  ")}
}`;
  const quad: FinishCode["quad"] = (batch, row, column, sums) =>
    ["x", "y", "z", "w"].map((c, i) => {
      const at = i === 0 ? column : `${column} + ${i}u`;
      const call = one(batch, row, at, `${sums}.${c}`);
      return n % 4 === 0 || i === 0 ? call : `if (${at} < ${n}u) { ${call} }`;
    }).join(" ");
  return { functions, quad, one };
}
