import { Graph, type GraphNode, type Loop } from "../../core/mod.ts";
import { expandGraph, memo, range } from "../../core/internal.ts";
import { mayAttend } from "./attention.ts";
import { bodiesOf, bodyOf, type LoopBody } from "./loop.ts";

/** What every turn of a loop would compute again is computed before the first one. */

/** A loop, and what runs before it. */
export type HoistedLoop = {
  /** The loop with the results of `before` as further constants of its last body. */
  readonly loop: Loop;
  /** Constants of the body to values that are the same in every turn; null if there are none. */
  readonly before: Graph | null;
  /** The operands of the loop that are these constants: from number `first` up to `end`. */
  readonly first: number;
  readonly end: number;
};

/** Values worth keeping are made by one of these; elementwise work and views cost less to repeat. */
const DEAR: ReadonlySet<string> = new Set([
  "argmax",
  "argmin",
  "cholesky",
  "cond",
  "conv_general",
  "cumulative",
  "dot_general",
  "eigh",
  "lu",
  "qr",
  "random_bits",
  "reduce_max",
  "reduce_min",
  "reduce_prod",
  "reduce_sum",
  "scan",
  "scatter",
  "sort",
  "svd",
  "threefry2x32",
  "triangular_solve",
  "while",
]);

const VIEWS: ReadonlySet<string> = new Set(["broadcast_in_dim", "reshape", "transpose"]);

/** The loop with what does not depend on the turn taken out of its body. */
export function hoistLoop(loop: Loop): HoistedLoop {
  const none = { loop, before: null, first: 0, end: 0 };
  switch (loop.kind) {
    case "cond":
      return none;
    case "scan": {
      const split = loop.length > 1 ? splitOf(loop.body, loop.consts) : null;
      if (!split) return none;
      const consts = loop.consts + split.before.outputs.length;
      return { ...split, loop: { ...loop, body: split.body, consts }, first: 0, end: loop.consts };
    }
    case "while": {
      const { body, testConsts, bodyConsts } = loop;
      const split = splitOf(body, bodyConsts);
      if (!split) return none;
      const changed = {
        ...loop,
        body: split.body,
        bodyConsts: bodyConsts + split.before.outputs.length,
      };
      return { ...split, loop: changed, first: testConsts, end: testConsts + bodyConsts };
    }
  }
}

/** What is compiled of a loop: what runs before it, if anything does, and its bodies. */
export function loopParts<P>(
  loop: Loop,
  programOf: (body: LoopBody) => P,
): { readonly hoisted: HoistedLoop; readonly before: P | null; readonly bodies: readonly P[] } {
  const hoisted = hoistLoop(loop);
  const before = hoisted.before && programOf(bodyOf(hoisted.before, 0, 0));
  return { hoisted, before, bodies: bodiesOf(hoisted.loop).map(programOf) };
}

type Split = { readonly before: Graph; readonly body: Graph };

function splitOf(body: Graph, consts: number): Split | null {
  return memo(
    body,
    `hoisted ${consts}`,
    (one) => split(expandGraph(one, (primitive) => !mayAttend(primitive)), consts),
  );
}

function split(graph: Graph, consts: number): Split | null {
  const { fixed, held } = invariants(graph, consts);
  if (held.length === 0) return null;
  const own = range(consts);
  const rest = range(graph.inputs - consts).map((i) => consts + i);
  return {
    before: part(graph, own, held, (node) => fixed[node.out] === 1),
    body: part(graph, [...own, ...held, ...rest], graph.outputs, () => true),
  };
}

/** The values that no turn changes, and those of them that are dear and leave their kind. */
function invariants(graph: Graph, consts: number): { fixed: Uint8Array; held: number[] } {
  const fixed = new Uint8Array(graph.avals.length).fill(1, 0, consts);
  const dear = new Uint8Array(graph.avals.length);
  const makers = new Map<number, GraphNode>();
  for (const node of graph.nodes) {
    const isFixed = node.inputs.every((v) => fixed[v]);
    const isDear = isFixed && (DEAR.has(node.primitive.name) || node.inputs.some((v) => dear[v]));
    fixed.fill(isFixed ? 1 : 0, node.out, node.out + node.count);
    dear.fill(isDear ? 1 : 0, node.out, node.out + node.count);
    for (let j = 0; j < node.count; j++) makers.set(node.out + j, node);
  }
  const held = new Set<number>();
  const hold = (v: number): void => {
    let base = v;
    for (let node = makers.get(base); node && VIEWS.has(node.primitive.name);) {
      base = node.inputs[0]!;
      node = makers.get(base);
    }
    if (dear[base]) held.add(base);
  };
  for (const node of graph.nodes) if (!fixed[node.out]) node.inputs.forEach(hold);
  graph.outputs.forEach(hold);
  return { fixed, held: [...held] };
}

/** The Graph from `inputs`, whatever makes them, through the nodes that are kept to `outputs`. */
function part(
  graph: Graph,
  inputs: readonly number[],
  outputs: readonly number[],
  keep: (node: GraphNode) => boolean,
): Graph {
  const map = new Int32Array(graph.avals.length).fill(-1);
  inputs.forEach((v, i) => map[v] = i);
  const avals = inputs.map((v) => graph.avals[v]!);
  const nodes = graph.nodes.filter(keep).map((node): GraphNode => {
    const out = avals.length;
    const operands = node.inputs.map((v) => map[v]!);
    for (let j = 0; j < node.count; j++) {
      if (map[node.out + j]! < 0) map[node.out + j] = out + j; // a given value wins
      avals.push(graph.avals[node.out + j]!);
    }
    return { ...node, inputs: operands, out };
  });
  return new Graph(inputs.length, nodes, outputs.map((v) => map[v]!), avals);
}
