import { buffersOf } from "../../ir/structure.ts";
import type { ProductIR } from "../../ir/types.ts";
import { isPlainQuads } from "./finish.ts";
import { isQuadAligned } from "./operand.ts";

/** Which parts of a product see their buffer as quads. */
export type Quads = { readonly a: boolean; readonly b: boolean; readonly plain: boolean };

/**
 * A part reads or writes quads if its strides allow it and nothing else sees the same memory as
 * elements: a buffer is bound once.
 */
export function quadsOf(ir: ProductIR, memoryOf: (buffer: number) => number): Quads {
  const { a, b, plain, m, n, k } = ir;
  const found = {
    a: isQuadAligned(a, m, k),
    b: isQuadAligned(b, n, k),
    plain: isPlainQuads(ir),
  };
  const single = new Set<number>();
  for (const map of [a.loader, b.loader, ir.epilogue]) {
    if (!map) continue;
    for (const buffer of buffersOf(map)) if (buffer >= 0) single.add(memoryOf(buffer));
  }
  if (!a.loader && !found.a) single.add(memoryOf(a.buffer));
  if (!b.loader && !found.b) single.add(memoryOf(b.buffer));
  if (plain && !found.plain) single.add(memoryOf(plain.buffer));
  return {
    a: found.a && !single.has(memoryOf(a.buffer)),
    b: found.b && !single.has(memoryOf(b.buffer)),
    plain: found.plain && !single.has(memoryOf(plain!.buffer)),
  };
}
