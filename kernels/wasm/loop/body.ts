import type { Graph } from "../../../core/mod.ts";
import type { LoopBody } from "../../ir/loop.ts";
import { bytesOfAval } from "../../plan/bytes.ts";
import type { BodyProgram, CarryClass, CarryPlan, CpuProgram } from "../compiled.ts";

/** Compiles a Graph with inputs that may be overwritten. */
export type Compile = (graph: Graph, donated: readonly boolean[]) => CpuProgram;

/** Bytes that a piece of the workspace takes: kernels may read 64 beyond its end. */
export function spaceFor(bytes: number): number {
  return Math.ceil((bytes + 64) / 64) * 64;
}

/** Compiles a body, and plans where its turns leave the carries. */
export function compileBody(body: LoopBody, compile: Compile): BodyProgram {
  const program = compile(body.graph, body.donated);
  const { places, blocks } = program.plan;
  const inputSlots: number[][] = body.donated.map(() => []);
  const blockSlots: number[][] = blocks.map(() => []);
  places.forEach((place, slot) => {
    if (place.kind === "input") inputSlots[place.index]!.push(slot);
    if (place.kind === "block") blockSlots[place.number]!.push(slot);
  });
  const outputPlaces = program.outputs.map((slot) => places[slot]!);
  const blockOf = outputPlaces.map((place) => place.kind === "block" ? place.number : -1);
  const taken = new Set(
    body.results.slice(0, body.carry).flatMap(({ kind, index }) => {
      const place = kind === "output" ? outputPlaces[index]! : null;
      return place?.kind === "input" ? [place.index] : [];
    }),
  );
  return {
    body,
    program,
    addresses: new Int32Array(places.length),
    inputSlots,
    blockSlots,
    blockOf,
    buffers: planCarries(body, blocks, blockOf, taken),
  };
}

/** A buffer for every block that a carry is written to; each carry starts in a result of the loop. */
function planCarries(
  { graph, results, first, carry }: LoopBody,
  blocks: readonly number[],
  blockOf: readonly number[],
  taken: ReadonlySet<number>,
): CarryPlan {
  const sizes: number[] = [];
  const counts: number[] = [];
  const classFor = (bytes: number, more: number): number => {
    let at = sizes.indexOf(bytes);
    if (at < 0) at = sizes.push(bytes) - 1;
    counts[at] = (counts[at] ?? 0) + more;
    return at;
  };
  const carried = results.slice(0, carry);
  const carryClass = carried.map(({ kind }, i) =>
    kind === "input" ? -1 : classFor(bytesOfAval(graph.avals[first + i]!), 0)
  );
  const blockClass = blocks.map((bytes, block) =>
    carried.some(({ kind, index }) => kind === "output" && blockOf[index] === block)
      ? classFor(bytes, 1)
      : -1
  );
  let bytes = 0;
  const classes = sizes.map((size, i): CarryClass => {
    const made = { bytes: size, offset: bytes, pitch: spaceFor(size), count: counts[i]! };
    bytes += made.pitch * made.count;
    return made;
  });
  const freed = [...carryClass.keys()].filter((i) => carryClass[i]! >= 0 && !taken.has(first + i));
  return { classes, bytes, carryClass, blockClass, freed };
}
