import { type Backend, currentBackend, type DeviceBuffer, type Program } from "./backend.ts";
import { type Data, deviceData, hostData } from "./data.ts";
import type { StorageArray } from "./dtype.ts";
import { extract, newEpoch } from "./extract.ts";
import type { Graph } from "./graph.ts";
import { narrow } from "./host.ts";
import { intern, memo } from "./intern.ts";
import { isCheap } from "./keep.ts";
import { fixNumbers } from "./trace.ts";
import { type Node, reader, settle, type Tensor } from "./tensor.ts";
import type { Tree } from "./structured.ts";
import { treeLeaves } from "./tree.ts";
import { breathe } from "./breathe.ts";
import { beginPhase } from "./timeline.ts";

reader.read = read;

const WARN_NODES = 100_000;
let warned = false;

/**
 * Computes every tensor of the trees, together, in one program.
 *
 * A training loop that is not jitted evaluates its loss and state together:
 * `await evaluate([loss, params, state])`.
 */
export async function evaluate(...trees: readonly Tree[]): Promise<void> {
  const backend = await ready();
  materialize(trees.flatMap((tree) => treeLeaves(tree)));
  await backend.settled?.();
  await breathe();
}

async function read(x: Tensor): Promise<StorageArray> {
  if (x.source.kind === "number") return narrow([x.source.value], x.dtype);
  await ready();
  materialize([x]);
  const done = beginPhase("read");
  const storage = await dataOf(x).read();
  done();
  await breathe();
  return storage;
}

/** Makes the current backend ready. */
export async function ready(): Promise<Backend> {
  const backend = currentBackend();
  if (!backend.ready()) await backend.init();
  return backend;
}

/** The data of a tensor that has been computed. */
export function dataOf(x: Tensor): Data {
  const source = x.source;
  switch (source.kind) {
    case "data":
      return source.data;
    case "number": {
      const data = hostData(narrow([source.value], x.dtype), x.aval);
      data.retain();
      return data;
    }
    case "placeholder":
      throw new TypeError(
        "Cannot read the value of a function being transformed: it has none yet; return it instead",
      );
    case "disposed":
      throw new TypeError(
        `Cannot read a tensor of shape [${x.shape.join(", ")}]: it was given up by ${source.by}`,
      );
    case "lazy":
      throw new TypeError("Cannot read a tensor that is not evaluated; use await data()");
  }
}

/**
 * Computes tensors at once, on a backend that is ready. Results forget their expression, as do the
 * intermediate values that the keeping rule of core/keep.ts holds on to.
 */
export function materialize(xs: readonly Tensor[]): void {
  const roots = [...new Set(xs)].filter((x) => x.source.kind === "lazy");
  for (const x of xs) if (x.source.kind !== "lazy" && x.source.kind !== "number") dataOf(x);
  if (roots.length === 0) return;
  const kept = choose(roots);
  const outputs = [...new Set([...roots, ...kept.flatMap((node) => node.outputs)])];
  const done = beginPhase("trace");
  const { graph, captured } = extract([], outputs, 0);
  done();
  warnIfHuge(graph);
  const backend = currentBackend();
  const { program, inputs } = withNumbers(graph, captured, backend);
  const datas = inputs.map(dataOf);
  const results = execute(backend, program, datas.map((data) => data.on(backend)));
  inputs.forEach((x, i) => {
    if (x.source.kind === "number") datas[i]!.release();
  });
  outputs.forEach((x, i) => settle(x, deviceData(x.aval, backend, results[i]!)));
}

/**
 * The keeping rule. An evaluation counts a visit of every node it computes. A later one keeps each
 * node visited before that feeds one visited for the first time, and each node met for the third
 * time; so no node is computed more than three times, and a loop that reads only its loss does at
 * most twice the eager work. Cheap nodes are never kept.
 */
function choose(roots: readonly Tensor[]): Node[] {
  const mark = newEpoch();
  const rootNodes = new Set<Node>();
  const stack: Node[] = [];
  const push = (x: Tensor): void => {
    if (x.source.kind !== "lazy" || x.source.node.mark === mark) return;
    x.source.node.mark = mark;
    stack.push(x.source.node);
  };
  for (const root of roots) if (root.source.kind === "lazy") rootNodes.add(root.source.node);
  roots.forEach(push);
  const kept = new Set<Node>();
  const seen: Node[] = [];
  while (stack.length > 0) {
    const node = stack.pop()!;
    seen.push(node);
    for (const x of node.inputs) {
      if (x.source.kind !== "lazy") continue;
      const from = x.source.node;
      const again = from.visits > 1 || (from.visits > 0 && node.visits === 0);
      if (again && !isCheap(from.primitive) && !rootNodes.has(from)) kept.add(from);
      push(x);
    }
  }
  for (const node of seen) node.visits++;
  return [...kept];
}

type Numbers = { values: number[]; moving: boolean[] };

/**
 * The program of a Graph whose captured numbers are abstract. It is compiled with all of them
 * constant; when the same structure comes with other numbers, the positions that changed become
 * inputs, with one more compilation.
 */
function withNumbers(
  graph: Graph,
  captured: readonly Tensor[],
  backend: Backend,
): { program: Program; inputs: readonly Tensor[] } {
  const values = captured.map((x) => x.source.kind === "number" ? x.source.value : 0);
  const numbers = memo(graph, "numbers", (): Numbers => ({
    values,
    moving: values.map(() => false),
  }));
  values.forEach((value, i) => {
    if (!Object.is(value, numbers.values[i])) numbers.moving[i] = true;
  });
  const fixed = fixNumbers(graph, captured, numbers.moving.map((moves) => !moves));
  return {
    program: programOf(fixed.graph, backend),
    inputs: fixed.captured,
  };
}

/** The program of a Graph on a backend; `donated[i]`: it may overwrite input i. */
export function programOf(
  graph: Graph,
  backend: Backend,
  donated: readonly boolean[] = [],
): Program {
  const mask = donated.map((d) => d ? "1" : "0").join("");
  return memo(graph, `program ${backend.name} ${mask}`, (one) => {
    const all = Array.from({ length: one.inputs }, (_, i) => donated[i] ?? false);
    const done = beginPhase("compile");
    const program = backend.compile(intern(one), all);
    done();
    return program;
  });
}

/** Runs a program. */
export function execute(
  backend: Backend,
  program: Program,
  inputs: readonly DeviceBuffer[],
): DeviceBuffer[] {
  const done = beginPhase("execute");
  const outputs = backend.execute(program, inputs);
  done();
  return outputs;
}

function warnIfHuge(graph: Graph): void {
  if (warned || graph.nodes.length <= WARN_NODES) return;
  warned = true;
  console.warn(
    `Evaluating an expression of ${graph.nodes.length} nodes: call evaluate() on the state of a ` +
      `loop in every iteration, or put its body into jit()`,
  );
}
