import { assert } from "@std/assert";
import { type Graph, Graph as GraphClass } from "../../../core/mod.ts";
import { signatureOf, sizeOf } from "../../../core/internal.ts";
import type { Axis, Index, KernelIR, Schedule, Value } from "../../../kernels/ir/types.ts";
import { valuesBelow } from "../../../kernels/ir/value.ts";
import { scheduleGraph } from "../../../kernels/schedule/mod.ts";
import { MACHINE } from "./_graphs.ts";
import { randomGraph } from "./_random_graph.ts";

/**
 * No operation is evaluated more often than it has elements, in each kernel that uses it. What is
 * not stored is computed anew in every kernel, so a choice of what to store that forgot a gather or a
 * product over it would multiply its work.
 */

const first = Number(Deno.env.get("GRAFT_SEED") ?? 1);
const many = Number(Deno.env.get("GRAFT_GRAPHS") ?? 150);

/** Names of what is counted: operations of one element that lowering keeps as they are. */
const COUNTED = new Set("tanh exp mul add sub div max select greater".split(" "));

/** The Graph with a number in the parameters of every counted operation, by which kernels show it. */
function marked(graph: Graph): Graph {
  const nodes = graph.nodes.map((node) => {
    if (!COUNTED.has(node.primitive.name)) return node;
    const params = { mark: node.out };
    return { ...node, params, signature: signatureOf(node.primitive, params) };
  });
  return new GraphClass(graph.inputs, nodes, graph.outputs, graph.avals);
}

/** Evaluations of one marked operation in one kernel, one number for each place that is read. */
type Evaluations = { readonly mark: number; readonly times: readonly number[] };

function evaluationsIn(ir: Schedule["kernels"][number]["ir"]): Evaluations[] {
  const parts = ir.kind === "product"
    ? [ir.a.loader, ir.b.loader, ir.epilogue]
    : "stages" in ir
    ? [ir]
    : [];
  const found = Map.groupBy(parts.flatMap((part) => part ? timesIn(part) : []), ([mark]) => mark);
  return [...found].map(([mark, all]) => ({ mark, times: all.map(([, times]) => times) }));
}

/** Marks of the values of a kernel and how often they are computed: in the loops they depend on. */
function timesIn(ir: KernelIR): (readonly [mark: number, times: number])[] {
  const stores = [...ir.stages.flatMap((stage) => stage.stores), ...ir.rowStores];
  const reductions = ir.stages.flatMap((stage) => stage.reductions.map((r) => r.value));
  const dynamics = stores.flatMap(({ index }) =>
    index.terms.flatMap(([atom]) => atom.kind === "dynamic" ? [atom.value] : [])
  );
  const order = valuesBelow([...reductions, ...stores.map((store) => store.value), ...dynamics]);
  const axes = new Map<Value, ReadonlySet<Axis>>();
  const times: (readonly [mark: number, times: number])[] = [];
  for (const value of order) {
    const own = new Set<Axis>(value.args.flatMap((arg) => [...axes.get(arg)!]));
    if (value.index) addAxes(value.index, own, axes);
    if (value.op === "red") (ir.kind === "col" ? [ir.lane] : ir.rows).forEach((x) => own.add(x));
    axes.set(value, own);
    const mark = (value.params as { mark?: number } | undefined)?.mark;
    if (mark === undefined) continue;
    times.push([mark, [...own].reduce((product, axis) => product * axis.size, 1)]);
  }
  return times;
}

function addAxes(index: Index, into: Set<Axis>, known: Map<Value, ReadonlySet<Axis>>): void {
  for (const [atom] of index.terms) {
    if (atom.kind === "axis") into.add(atom.axis);
    else if (atom.kind === "dynamic") { for (const axis of known.get(atom.value)!) into.add(axis); }
    else addAxes(atom.index, into, known);
  }
}

Deno.test("scheduleGraph: evaluates no operation more often than it has elements, in each kernel", () => {
  let [sum, allowed] = [0, 0];
  for (let seed = first; seed < first + many; seed++) {
    const graph = marked(randomGraph(seed));
    const schedule = scheduleGraph(graph, new Array(graph.inputs).fill(false), MACHINE);
    for (const { mark, times } of schedule.kernels.flatMap(({ ir }) => evaluationsIn(ir))) {
      const elements = sizeOf(graph.avals[mark]!.shape);
      const worst = Math.max(...times);
      assert(
        worst <= elements,
        `%${mark} of ${elements} elements is evaluated ${worst} times in one kernel, seed ${seed} ` +
          `(set GRAFT_SEED to replay) of\n${graph}`,
      );
      sum += times.reduce((a, b) => a + b);
      allowed += elements;
    }
  }
  assert(allowed > 100 * many, "there was too little to count");
  // A kernel that reads x and the flipped x evaluates x at both places: rare, and never more.
  assert(sum <= 1.05 * allowed, `${sum} evaluations of ${allowed}`);
});
