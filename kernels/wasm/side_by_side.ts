import type { Vectors } from "./vectors.ts";

/**
 * Prints code that does the same to different vectors, an instruction of each in turn. A formula such
 * as exp is one long chain, and a processor looks too few instructions ahead to find the next chain
 * behind it.
 */
export function sideBySide(v: Vectors, prints: readonly (() => void)[]): void {
  const chains = prints.map((print) => takePieces(v, print));
  const { code } = v.fn;
  const [first] = chains;
  if (!first || chains.some((chain) => chain.length !== first.length)) {
    for (const piece of chains.flat()) append(code, piece);
  } else first.forEach((_, i) => chains.forEach((chain) => append(code, chain[i]!)));
}

/** The code that `print` prints, cut after every result outside of branches, and taken out. */
function takePieces({ fn, ends }: Vectors, print: () => void): number[][] {
  const start = fn.code.length;
  const known = ends.length;
  print();
  const outer = ends.slice(known).filter(({ depth }) => depth === fn.depth());
  const cuts = [start, ...outer.map(({ at }) => at), fn.code.length];
  const pieces = cuts.slice(1).map((end, i) => fn.code.slice(cuts[i]!, end));
  fn.code.length = start;
  return pieces;
}

function append(code: number[], piece: readonly number[]): void {
  for (const byte of piece) code.push(byte);
}
