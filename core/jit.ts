import { currentBackend, type Program, type ProgramReport } from "./backend.ts";
import { deviceData } from "./data.ts";
import { dataOf, execute, materialize, programOf, ready } from "./evaluate.ts";
import type { Extracted } from "./extract.ts";
import { Graph } from "./graph.ts";
import { intern } from "./intern.ts";
import type { Tree } from "./structured.ts";
import { disposeTensor, fromData, type Tensor } from "./tensor.ts";
import { applyGraph, eliminateDead, fixNumbers, isTracing, trace } from "./trace.ts";
import { sameStatic } from "./static.ts";
import { type TreeDef, treeFlatten, treeMatch, treeUnflatten } from "./tree.ts";

/** Options of `jit`. */
export type JitOptions = {
  /** Positions of arguments that are settings: plain data by value, functions by identity. */
  readonly static?: readonly number[];
  /** Positions of arguments whose buffers the call may overwrite; they are given up by it. */
  readonly donate?: readonly number[];
};

/** One specialisation: the structure, types and settings it was traced for, and what it runs. */
type Entry = {
  readonly defs: readonly (TreeDef | null)[];
  readonly statics: readonly unknown[];
  readonly avals: readonly Tensor["aval"][];
  readonly plan: Plan;
};

type Plan = {
  readonly graph: Graph;
  readonly captured: readonly Tensor[];
  readonly outDef: TreeDef;
  /** The Graph with distinct outputs that are no inputs, and where each result comes from. */
  readonly distinct: Graph;
  readonly results: readonly Result[];
};

type Result = { readonly kind: "input" | "output"; readonly index: number };

const MAX_ENTRIES = 64;

/**
 * A function that is traced once for every structure, shapes and dtypes of its arguments and then
 * only runs the compiled program.
 *
 * `f` must be pure: what it reads besides its arguments is captured at the first call. Called while
 * another function is transformed, it becomes part of that function.
 *
 * @param f a function of trees of tensors
 * @param options `static` and `donate`: positions of arguments
 * @throws {TypeError} if `f` returns a Promise, an argument is donated twice, or a number is passed
 * @example A compiled function
 * ```ts
 * import { add, jit, mul, type Tensor, tensor } from "../mod.ts";
 * const f = jit((x: Tensor, y: Tensor) => add(mul(x, y), 1));
 * const z = await f(tensor(2), tensor(3)).item();
 * if (z !== 7) throw new Error(`unexpected ${z}`);
 * ```
 */
export function jit<A extends readonly unknown[], B extends Tree>(
  f: (...args: A) => B,
  options: JitOptions = {},
): (...args: A) => B {
  const entries: Entry[] = [];
  const name = f.name || "a jitted function";
  return (...args) => {
    const { entry, leaves } = find(entries, f, args, options);
    const { plan } = entry;
    const inputs = [...leaves, ...plan.captured];
    const inline = isTracing() || inputs.some((x) => x.abstract) || !currentBackend().ready();
    const outputs = inline
      ? applyGraph(plan.graph, inputs)
      : run(plan, inputs, donatedLeaves(entry, options, leaves, plan.captured, name), name);
    return treeUnflatten(plan.outDef, outputs) as B;
  };
}

/**
 * The Graph of `f` for arguments like these, to look at: its operations, one a line, with types.
 * Tensors that the function takes from outside are further inputs.
 *
 * @param f a function of trees of tensors, and options, as for `jit`
 * @throws {TypeError} if `f` is async
 * @example The operations of a function
 * ```ts
 * import { makeGraph, mul, sin, sum, tensor, type Tensor } from "../mod.ts";
 * const graph = makeGraph((x: Tensor) => sum(mul(x, sin(x))))(tensor([1, 2]));
 * if (!String(graph).includes("sin")) throw new Error(String(graph));
 * ```
 */
export function makeGraph<A extends readonly unknown[], B extends Tree>(
  f: (...args: A) => B,
  options: JitOptions = {},
): (...args: A) => Graph {
  return (...args) => find([], f, args, options).entry.plan.graph;
}

/** What the program of `f` for arguments like these consists of and costs. */
export function compileReport<A extends readonly unknown[], B extends Tree>(
  f: (...args: A) => B,
  options: JitOptions = {},
): (...args: A) => Promise<ProgramReport> {
  return async (...args) => {
    const backend = await ready();
    const { entry, leaves } = find([], f, args, options);
    const donated = donatedLeaves(entry, options, leaves, entry.plan.captured, f.name);
    return programOf(entry.plan.distinct, backend, donated).report;
  };
}

function find<A extends readonly unknown[], B extends Tree>(
  entries: Entry[],
  f: (...args: A) => B,
  args: A,
  options: JitOptions,
): { entry: Entry; leaves: Tensor[] } {
  for (const entry of entries) {
    const leaves = match(entry, args);
    if (leaves) return { entry, leaves };
  }
  const entry = specialize(f, args, options);
  const captured = entry.plan.captured;
  if (!captured.some((x) => x.abstract)) {
    entries.unshift(entry);
    if (entries.length > MAX_ENTRIES) entries.pop();
  }
  return { entry, leaves: match(entry, args)! };
}

function match(entry: Entry, args: readonly unknown[]): Tensor[] | null {
  if (args.length !== entry.defs.length) return null;
  const leaves: Tensor[] = [];
  for (let i = 0; i < args.length; i++) {
    const def = entry.defs[i];
    if (def ? !treeMatch(args[i] as Tree, def, leaves) : !sameStatic(args[i], entry.statics[i])) {
      return null;
    }
  }
  const same = leaves.every((x, i) => {
    const aval = entry.avals[i]!;
    if (x.dtype !== aval.dtype || x.shape.length !== aval.shape.length) return false;
    for (let j = 0; j < aval.shape.length; j++) if (x.shape[j] !== aval.shape[j]) return false;
    return true;
  });
  return same ? leaves : null;
}

function specialize<A extends readonly unknown[], B extends Tree>(
  f: (...args: A) => B,
  args: A,
  options: JitOptions,
): Entry {
  const isStatic = (i: number): boolean => options.static?.includes(i) ?? false;
  const flat = args.map((arg, i) => isStatic(i) ? null : treeFlatten(arg as Tree));
  const avals = flat.flatMap((f) => f ? f[0].map((x) => x.aval) : []);
  let outDef: TreeDef | undefined;
  const traced = trace((inputs) => {
    let next = 0;
    const rebuilt = args.map((arg, i) => {
      const pair = flat[i];
      if (!pair) return arg;
      return treeUnflatten(pair[1], inputs.slice(next, next += pair[0].length));
    });
    const result = f(...rebuilt as unknown as A);
    refusePromise(result, "jit");
    const [leaves, def] = treeFlatten(result);
    outDef = def;
    return leaves;
  }, avals);
  return {
    defs: flat.map((f) => f ? f[1] : null),
    statics: args.map((arg, i) => isStatic(i) ? arg : null),
    avals,
    plan: makePlan(traced, outDef!),
  };
}

/** Throws if a function that is to be transformed returned a Promise. */
export function refusePromise(result: unknown, by: string): void {
  if (result instanceof Promise) {
    throw new TypeError(
      `Cannot ${by} an async function: it must build its result at once; ` +
        `await data() outside of it`,
    );
  }
}

function makePlan(traced: Extracted, outDef: TreeDef): Plan {
  const { graph, captured } = fixNumbers(traced.graph, traced.captured, traced.captured.map(yes));
  const outputs: number[] = [];
  const results = graph.outputs.map((v): Result => {
    if (v < graph.inputs) return { kind: "input", index: v };
    if (!outputs.includes(v)) outputs.push(v);
    return { kind: "output", index: outputs.indexOf(v) };
  });
  const distinct = new Graph(graph.inputs, graph.nodes, outputs, graph.avals);
  return { graph, captured, outDef, distinct: intern(eliminateDead(distinct)), results };
}

function yes(): boolean {
  return true;
}

/** Which inputs of the program may be overwritten: donated handles that nobody shares. */
function donatedLeaves(
  entry: Entry,
  options: JitOptions,
  leaves: readonly Tensor[],
  captured: readonly Tensor[],
  name: string,
): boolean[] {
  const isDonated = entry.defs.flatMap((def, i) =>
    def ? new Array<boolean>(countLeaves(def)).fill(options.donate?.includes(i) ?? false) : []
  );
  if (isDonated.includes(true)) {
    const seen = new Map<Tensor, boolean>(captured.map((x) => [x, false]));
    leaves.forEach((x, i) => {
      const other = seen.get(x);
      if (other !== undefined && (other || isDonated[i])) {
        throw new TypeError(
          `Cannot donate a tensor of shape [${x.shape.join(", ")}] to ${name}: ` +
            `it is passed or captured twice; pass a copy`,
        );
      }
      seen.set(x, isDonated[i]!);
    });
  }
  return [...isDonated, ...captured.map(() => false)];
}

function countLeaves(def: TreeDef): number {
  switch (def.kind) {
    case "leaf":
      return 1;
    case "weight":
      return countLeaves(def.fields);
    default:
      return def.items.reduce((sum, item) => sum + countLeaves(item), 0);
  }
}

function run(
  plan: Plan,
  inputs: readonly Tensor[],
  donated: readonly boolean[],
  name: string,
): Tensor[] {
  const backend = currentBackend();
  materialize(inputs);
  const datas = inputs.map(dataOf);
  const passed = new Set(plan.results.flatMap((r) => r.kind === "input" ? [r.index] : []));
  const mask = datas.map((data, i) => donated[i]! && data.handles() === 1 && !passed.has(i));
  const program: Program = programOf(plan.distinct, backend, mask);
  const buffers = datas.map((data, i) => mask[i] ? data.donate(backend) : data.on(backend));
  const made = execute(backend, program, buffers).map((buffer, i) => {
    return deviceData(plan.distinct.avals[plan.distinct.outputs[i]!]!, backend, buffer);
  });
  const outputs = plan.results.map((result) => {
    return fromData(result.kind === "input" ? datas[result.index]! : made[result.index]!);
  });
  inputs.forEach((x, i) => {
    if (donated[i]) disposeTensor(x, `being donated to ${name}`);
  });
  return outputs;
}
