import type { KernelIR, ProductIR } from "../../ir/types.ts";
import { PARTIALS, type ProductPrinter } from "../product/printer.ts";
import { printProduct } from "../product/product.ts";
import type { Tuning } from "../product/tuning.ts";
import { type Bindings, newBindings } from "./bindings.ts";
import { printColumns } from "./columns.ts";
import type { Touch } from "./elements.ts";
import type { WgslKernel } from "./kernel.ts";
import { functionsFor } from "./library/mod.ts";
import { partialsOfColumns, printColumnEnds, printColumnParts } from "./long_columns.ts";
import { partialsOfRows, printRowEnds, printRowParts } from "./long_rows.ts";
import { type Body, printMap } from "./map.ts";
import { partialTouches } from "./partials.ts";
import { axisLines, newBlock, printIndex, printStores, printValue, touchesOf } from "./print.ts";
import { printRows } from "./rows.ts";
import { BASELINE, directives, type Target } from "./target.ts";

export type { Binding, WgslKernel } from "./kernel.ts";
export { ELEMENTWISE } from "./elementwise.ts";
export { type Switches, type Target } from "./target.ts";
export { windowOf, type Windows, windowsIn } from "./windows.ts";

/** Who shares memory: equal numbers for buffers that lie in the same place. */
export type MemoryOf = (buffer: number) => number;

/** Kernels that run one after the other, and the words of the workspace PARTIALS that they need. */
export type Kernels = { readonly kernels: readonly WgslKernel[]; readonly partials: number };

/** A generated kernel in WGSL. */
export function printKernel(
  ir: KernelIR,
  memoryOf: MemoryOf,
  target: Target = BASELINE,
): WgslKernel {
  const bindings = newBindings(touchesOf(ir), memoryOf, target);
  const print = { map: printMap, row: printRows, col: printColumns }[ir.kind];
  return finish(print(ir, bindings), bindings, target);
}

/**
 * The kernels of a generated kernel: two where few long rows or columns are reduced in parts. PARTIALS
 * as for products.
 */
export function printKernels(ir: KernelIR, memoryOf: MemoryOf, target: Target): Kernels {
  const inParts = (printers: readonly (typeof printRowParts)[], partials: number): Kernels => {
    const touches = [...touchesOf(ir), ...partialTouches(ir)];
    const kernels = printers.map((print) => {
      const bindings = newBindings(touches, memoryOf, target);
      return finish(print(ir, bindings), bindings, target);
    });
    return { kernels, partials };
  };
  const fits = (partials: number): boolean => partials > 0 && 4 * partials <= target.bytes;
  const [ofRows, ofColumns] = [partialsOfRows(ir), partialsOfColumns(ir)];
  if (fits(ofRows)) return inParts([printRowParts, printRowEnds], ofRows);
  if (fits(ofColumns)) return inParts([printColumnParts, printColumnEnds], ofColumns);
  return { kernels: [printKernel(ir, memoryOf, target)], partials: 0 };
}

/** The kernels of a product, and the elements of f32 of the workspace PARTIALS that they need. */
export function printProductKernels(
  ir: ProductIR,
  tuning: Tuning,
  memoryOf: MemoryOf,
  target: Target = BASELINE,
): Kernels {
  const touches = touchesOfProduct(ir);
  const newPrinter = () => productPrinter(ir, newBindings(touches, memoryOf, target));
  const { splits } = tuning;
  const turns = tuning.kind === "tiles" ? Math.ceil(ir.k / splits / tuning.tileK) : 0;
  const { kernels, partials } = printProduct(ir, tuning, newPrinter, memoryOf);
  return {
    partials,
    kernels: kernels.map(({ body, groups, printer }) =>
      finish({ text: body, groups, turns }, printer.bindings, target)
    ),
  };
}

function finish(
  { text, groups, turns = 0 }: Body,
  bindings: Bindings,
  target: Target,
): WgslKernel {
  const body = `${bindings.declarations()}\n${text}`;
  const code = `${functionsFor(body)}\n${body}\n`;
  return { code: `${directives(code, target)}${code}`, groups, turns, bindings: bindings.list() };
}

function touchesOfProduct({ a, b, plain, epilogue }: ProductIR): Touch[] {
  const operands = [a, b].flatMap(({ buffer, loader }): Touch[] => {
    if (!loader) return [{ buffer, dtype: "f32", isStore: false }];
    return touchesOf(loader);
  });
  return [
    ...operands,
    ...(epilogue ? touchesOf(epilogue) : []),
    ...(plain ? [{ buffer: plain.buffer, dtype: "f32", isStore: true } as const] : []),
  ];
}

function productPrinter(
  { plain }: ProductIR,
  bindings: Bindings,
): ProductPrinter & { readonly bindings: Bindings } {
  return {
    bindings,
    buffer: (buffer, view) => {
      const access = buffer === PARTIALS || buffer === plain?.buffer ? "write" : "read";
      return view === "quads" ? bindings.quads(buffer, access) : bindings.use(buffer, access);
    },
    loaded: (ir, { row, lane }) => {
      const axes = axisLines(row, ir.rows);
      const names = new Map([...axes.names, [ir.lane.id, lane]]);
      const block = newBlock();
      const root = ir.stages[0]!.stores[0]!.value;
      const value = printValue({ bindings, axes: names, reductions: [] }, block, root);
      return { lines: [...axes.lines, ...block.lines], value };
    },
    halves: (ir, { row, lane }, { dtype, buffer, index }) => {
      const axes = axisLines(row, ir.rows);
      const names = new Map([...axes.names, [ir.lane.id, lane]]);
      const at = printIndex({ bindings, axes: names, reductions: [] }, newBlock(), index);
      const words = bindings.halves(buffer).read(`(${at}) / 4u`);
      const verb = dtype === "f16" && bindings.hasF16 ? "unpack" : "widen";
      return { lines: axes.lines, value: `${verb}_quad_${dtype}(${words})` };
    },
    epilogue: (ir, { row, lane, acc }) => {
      const axes = axisLines(row, ir.rows);
      const names = new Map([...axes.names, [ir.lane.id, lane]]);
      const block = newBlock();
      const known = { bindings, axes: names, reductions: [], acc: acc! };
      for (const stage of ir.stages) printStores(known, block, stage.stores);
      return [...axes.lines, ...block.lines];
    },
  };
}
