import { buffersOf } from "../../ir/structure.ts";
import type { ProductIR } from "../../ir/types.ts";
import { isPlainQuads } from "./finish.ts";
import { type NarrowQuads, narrowQuads } from "./narrow.ts";
import { isQuadAligned } from "./operand.ts";

/** Which parts of a product see their buffer as quads. */
export type Quads = {
  readonly a: boolean;
  readonly b: boolean;
  readonly plain: boolean;
  /** Operands that are read as quads of halves. */
  readonly halves: { readonly a: NarrowQuads | null; readonly b: NarrowQuads | null };
};

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
  const halves = { a: halvesOf(ir, "a", memoryOf), b: halvesOf(ir, "b", memoryOf) };
  const single = new Set<number>();
  const loaders = [halves.a ? null : a.loader, halves.b ? null : b.loader];
  for (const map of [...loaders, ir.epilogue]) {
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
    halves,
  };
}

/** The halves that an operand reads, if nothing else in the product sees their memory. */
function halvesOf(
  { a, b, plain, epilogue }: ProductIR,
  name: "a" | "b",
  memoryOf: (buffer: number) => number,
): NarrowQuads | null {
  const [own, other] = name === "a" ? [a, b] : [b, a];
  const found = narrowQuads(own);
  if (!found) return null;
  const others = [
    ...(other.loader ? buffersOf(other.loader) : [other.buffer]),
    ...(plain ? [plain.buffer] : []),
    ...(epilogue ? buffersOf(epilogue) : []),
  ];
  const memories = others.filter((buffer) => buffer >= 0).map(memoryOf);
  return memories.includes(memoryOf(found.buffer)) ? null : found;
}
