import { type AnyPrimitive, type Aval, type Graph, UnsupportedError } from "../core/mod.ts";
import { traceClosed } from "../core/internal.ts";

/** The primitive as a Graph of others, for an engine that found no rule of its own. */
export function expansionOf(
  primitive: AnyPrimitive,
  params: unknown,
  avals: readonly Aval[],
  verb: string,
): Graph {
  if (!primitive.expand) {
    throw new UnsupportedError(
      `Cannot ${verb} ${primitive.name}: it has no such rule; write the function without it, or ` +
        `give it one with customVjp or customJvp`,
    );
  }
  return traceClosed((inputs) => primitive.expand!(inputs, params), avals);
}

/** A mask as text, for the names of memos. */
export function maskText(mask: readonly boolean[]): string {
  return mask.map((bit) => bit ? "1" : "0").join("");
}
