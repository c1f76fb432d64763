import { Graph, type Loop } from "../../core/mod.ts";

/**
 * The Graphs of a loop as programs: what is compiled, what may be overwritten, and where the results
 * are after a run. A backend runs a loop as turns of these programs over its own memory:
 *
 * - Carries lie in buffers that belong to the loop. A turn reads them and leaves the next ones in the
 *   buffers of the program's outputs, or in those of donated inputs that an output took over; a
 *   result that is an input stays where it is. Before the first turn the operands are copied.
 * - Slice i of a stacked operand or result is `bytes / length` bytes long and starts at i times
 *   that. Results of the program that are no carry can be written there at once.
 */

/** Where a result of a body is: in an input, unchanged, or in an output of the program. */
export type BodyResult = { readonly kind: "input" | "output"; readonly index: number };

/** A body as a program. */
export type LoopBody = {
  /** The body as the loop has it. */
  readonly source: Graph;
  /** Its outputs are the results that are computed, each carry in an output of its own. */
  readonly graph: Graph;
  /** For every input, whether the program may overwrite it: carries that a turn replaces. */
  readonly donated: readonly boolean[];
  /** Of every output of the body, carries first. */
  readonly results: readonly BodyResult[];
  /** Number of the first input that is carried, and how many there are. */
  readonly first: number;
  readonly carry: number;
};

/** The programs of a loop: the body of a scan, the branches of a cond, test and body of a while. */
export function bodiesOf(loop: Loop): LoopBody[] {
  switch (loop.kind) {
    case "scan":
      return [bodyOf(loop.body, loop.consts, loop.carry)];
    case "cond":
      return loop.branches.map((branch) => bodyOf(branch, 0, 0));
    case "while":
      return [
        bodyOf(loop.test, 0, 0),
        bodyOf(loop.body, loop.bodyConsts, loop.body.outputs.length),
      ];
  }
}

/** The branch of a cond that a number chooses: one out of range is the nearest. */
export function branchOf<B>(branches: readonly B[], chosen: number): B {
  return branches[Math.min(Math.max(chosen, 0), branches.length - 1)]!;
}

/** How often the last program of a loop runs; null if only the run can tell. */
export function turnsOf(loop: Loop): number | null {
  switch (loop.kind) {
    case "scan":
      return loop.length;
    case "cond":
      return 1;
    case "while":
      return null;
  }
}

/** A Graph as a program: `carry` inputs from number `first` on are replaced by its first results. */
export function bodyOf(graph: Graph, first: number, carry: number): LoopBody {
  const { inputs, nodes, avals } = graph;
  const stays = graph.outputs.map((v, i) => i < carry && v === first + i);
  const donated = avals.slice(0, inputs).map((_, v) =>
    v >= first && v < first + carry && !stays[v - first]
  );
  const outputs: number[] = [];
  const places = new Map<number, number>();
  const results = graph.outputs.map((v, i): BodyResult => {
    const isCarry = i < carry;
    // What a program overwrites can only be returned as a copy.
    if (isCarry ? stays[i] : v < inputs && !donated[v]) return { kind: "input", index: v };
    const place = places.get(v);
    if (!isCarry && place !== undefined) return { kind: "output", index: place };
    const index = outputs.push(v) - 1;
    if (place === undefined) places.set(v, index);
    return { kind: "output", index };
  });
  const program = new Graph(inputs, nodes, outputs, avals);
  return { source: graph, graph: program, donated, results, first, carry };
}
