import type { Operand, ProductIR } from "../../ir/types.ts";
import { type FinishCode, finishCode, type Partial, partialCode } from "./finish.ts";
import { alongOf, type OperandCode, operandCode } from "./operand.ts";
import { PARTIALS, type ProductPrinter } from "./printer.ts";
import { type Quads, quadsOf } from "./quads.ts";
import { printReduce, reduceGroups } from "./reduce.ts";
import { printSingle, singleGroups } from "./single.ts";
import { printThin, thinGroups, thinShape, thinSlices } from "./thin.ts";
import { printTiles, splitLength, tileGroups } from "./tiles.ts";
import type { ThinTuning, TileTuning, Tuning } from "./tuning.ts";

/** One kernel of a product: WGSL without its declarations of buffers, and its workgroups. */
export type ProductText<P> = {
  readonly body: string;
  readonly groups: number;
  /** The printer that it was printed with, which knows the buffers. */
  readonly printer: P;
};

/** The text of a product's kernels; a second one adds up the parts of a split sum. */
export type ProductTexts<P> = {
  readonly kernels: readonly ProductText<P>[];
  /** Elements of f32 of the workspace PARTIALS; 0 for none. */
  readonly partials: number;
};

/** Prints a product. Every kernel has a printer of its own. */
export function printProduct<P extends ProductPrinter>(
  ir: ProductIR,
  tuning: Tuning,
  newPrinter: () => P,
  memoryOf: (buffer: number) => number = (buffer) => buffer,
): ProductTexts<P> {
  const cut = withoutEmptyParts(ir, tuning);
  const quads = quadsOf(ir, memoryOf);
  if (cut.splits === 1) {
    const printer = newPrinter();
    const finish = finishCode(ir, printer, quads.plain && !finishesOne(ir, cut));
    return { kernels: [firstKernel(ir, cut, printer, quads, finish)], partials: 0 };
  }
  const partialQuads = ir.n % 4 === 0 && !finishesOne(ir, cut);
  const partialOf = (printer: P): Partial => ({
    buffer: printer.buffer(PARTIALS, partialQuads ? "quads" : "elements"),
    isQuads: partialQuads,
  });
  const [first, second] = [newPrinter(), newPrinter()];
  const finish = finishCode(ir, second, quads.plain);
  return {
    kernels: [
      firstKernel(ir, cut, first, quads, partialCode(ir, partialOf(first))),
      {
        body: printReduce(ir, cut.splits, partialOf(second), finish),
        groups: reduceGroups(ir),
        printer: second,
      },
    ],
    partials: cut.splits * ir.batch * ir.m * ir.n,
  };
}

function firstKernel<P extends ProductPrinter>(
  ir: ProductIR,
  tuning: Tuning,
  printer: P,
  quads: Quads,
  finish: FinishCode,
): ProductText<P> {
  if (tuning.kind === "tiles") {
    const codes = tileCodes(ir, tuning, printer, quads);
    const body = printTiles(ir, tuning, { ...codes, finish });
    return { body, groups: tileGroups(ir, tuning), printer };
  }
  if (tuning.kind === "single") {
    const codes = singleCodes(ir, printer);
    return { body: printSingle(ir, { ...codes, finish }), groups: singleGroups(ir), printer };
  }
  const codes = thinCodes(ir, tuning, printer, quads);
  return {
    body: printThin(ir, tuning, { ...codes, finish }),
    groups: thinGroups(ir, tuning),
    printer,
  };
}

type Codes = { readonly a: OperandCode; readonly b: OperandCode };

function tileCodes(
  { a, b, m, n, k }: ProductIR,
  { tileM, tileN, tileK }: TileTuning,
  printer: ProductPrinter,
  quads: Quads,
): Codes {
  // A tile of no k at all is fetched too.
  const kEnds = k === 0 || k % tileK !== 0;
  const code = (name: "a" | "b", operand: Operand, free: number, tile: number): OperandCode => {
    const checks = { free: free % tile !== 0, k: kEnds };
    const [isQuads, halves] = [quads[name], quads.halves[name]];
    return operandCode({ name, operand, free, k, checks, isQuads, halves }, printer);
  };
  return { a: code("a", a, m, tileM), b: code("b", b, n, tileN) };
}

function thinCodes(
  ir: ProductIR,
  { columns }: ThinTuning,
  printer: ProductPrinter,
  quads: Quads,
): Codes {
  const { a, b, m, n, k } = ir;
  const { isSwapped } = thinShape(ir);
  const code = (name: "a" | "b", operand: Operand, free: number): OperandCode => {
    const isFew = (name === "b") === isSwapped;
    const step = isFew ? (alongOf(operand) === "free" ? 4 : 1) : columns;
    const checks = { free: free % step !== 0, k: k % 4 !== 0 };
    const [isQuads, halves] = [quads[name], quads.halves[name]];
    return operandCode({ name, operand, free, k, checks, isQuads, halves }, printer);
  };
  return { a: code("a", a, m), b: code("b", b, n) };
}

function singleCodes({ a, b, m, n, k }: ProductIR, printer: ProductPrinter): Codes {
  const code = (name: "a" | "b", operand: Operand, free: number): OperandCode => {
    const checks = { free: false, k: false };
    return operandCode({ name, operand, free, k, checks, isQuads: false, halves: null }, printer);
  };
  return { a: code("a", a, m), b: code("b", b, n) };
}

/** Whether the first kernel hands its sums over one at a time. */
function finishesOne(ir: ProductIR, tuning: Tuning): boolean {
  if (tuning.kind !== "thin") return tuning.kind === "single";
  const { isSwapped } = thinShape(ir);
  return !isSwapped && alongOf(ir.b) === "k";
}

/** Parts of k are whole tiles, so that fewer may do than were asked for. */
function withoutEmptyParts(ir: ProductIR, tuning: Tuning): Tuning {
  if (tuning.kind === "single") return { ...tuning, splits: 1 };
  const length = tuning.kind === "tiles"
    ? splitLength(ir.k, tuning.tileK, tuning.splits)
    : thinSlices(ir.k, tuning, alongOf(thinShape(ir).isSwapped ? ir.a : ir.b)).length;
  return { ...tuning, splits: Math.max(1, Math.ceil(ir.k / length)) };
}
