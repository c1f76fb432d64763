import type { KernelIR, ProductIR } from "../../ir/types.ts";
import { PARTIALS, type ProductPrinter } from "../product/printer.ts";
import { printProduct } from "../product/product.ts";
import type { Tuning } from "../product/tuning.ts";
import { type Bindings, newBindings, type Touch } from "./bindings.ts";
import { printColumns } from "./columns.ts";
import type { WgslKernel } from "./kernel.ts";
import { functionsFor } from "./library/mod.ts";
import { printMap } from "./map.ts";
import { axisLines, newBlock, printStores, printValue, touchesOf } from "./print.ts";
import { printRows } from "./rows.ts";
import { BASELINE, directives, type Target } from "./target.ts";

export type { Binding, WgslKernel } from "./kernel.ts";
export { ELEMENTWISE } from "./elementwise.ts";
export { type Switches, type Target } from "./target.ts";
export { type Windows, windowsIn } from "./windows.ts";

/** Who shares memory: equal numbers for buffers that lie in the same place. */
export type MemoryOf = (buffer: number) => number;

/** A generated kernel in WGSL. */
export function printKernel(
  ir: KernelIR,
  memoryOf: MemoryOf,
  target: Target = BASELINE,
): WgslKernel {
  const bindings = newBindings(touchesOf(ir), memoryOf, target);
  const print = { map: printMap, row: printRows, col: printColumns }[ir.kind];
  const { text, groups } = print(ir, bindings);
  return finish(text, groups, bindings, target);
}

/** The kernels of a product, and the elements of f32 of the workspace PARTIALS that they need. */
export function printProductKernels(
  ir: ProductIR,
  tuning: Tuning,
  memoryOf: MemoryOf,
  target: Target = BASELINE,
): { readonly kernels: readonly WgslKernel[]; readonly partials: number } {
  const touches = touchesOfProduct(ir);
  const newPrinter = () => productPrinter(ir, newBindings(touches, memoryOf, target));
  const { kernels, partials } = printProduct(ir, tuning, newPrinter, memoryOf);
  return {
    partials,
    kernels: kernels.map(({ body, groups, printer }) =>
      finish(body, groups, printer.bindings, target)
    ),
  };
}

function finish(text: string, groups: number, bindings: Bindings, target: Target): WgslKernel {
  const body = `${bindings.declarations()}\n${text}`;
  const code = `${functionsFor(body)}\n${body}\n`;
  return { code: `${directives(code, target)}${code}`, groups, bindings: bindings.list() };
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
