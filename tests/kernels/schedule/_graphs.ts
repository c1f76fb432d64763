import { assert } from "@std/assert";
import {
  type Aval,
  type Graph,
  Graph as GraphClass,
  type Shape,
  type Tensor,
} from "../../../core/mod.ts";
import { eliminateDead, sizeOf, traceClosed } from "../../../core/internal.ts";
import "../../../core/ops/mod.ts";
import { interpret } from "../../../kernels/interpret.ts";
import type { Machine, Schedule } from "../../../kernels/ir/types.ts";
import { runGraph } from "../../../kernels/reference.ts";
import { scheduleGraph } from "../../../kernels/schedule/mod.ts";

const NAMES = "neg abs sign floor ceil round exp expm1 log log1p sqrt rsqrt sin cos tanh erf " +
  "logistic integer_pow is_finite not add sub mul div pow max min and or xor " +
  "eq ne lt le gt ge select convert_element_type shift_left shift_right_logical " +
  "shift_right_arithmetic bitcast_convert_type";

/** A machine that prints the usual elementwise primitives. */
export const MACHINE: Machine = { maxBuffers: 32, elementwise: new Set(NAMES.split(" ")) };

/** f32 types of shapes. */
export function f32(...shapes: readonly Shape[]): Aval[] {
  return shapes.map((shape) => ({ shape, dtype: "f32" as const }));
}

/** The Graph of a function with its outputs made distinct from inputs and each other. */
export function graphOf(
  f: (...xs: Tensor[]) => readonly Tensor[],
  avals: readonly Aval[],
): Graph {
  return distinctGraph(traceClosed((xs) => f(...xs), avals));
}

/** The Graph with outputs that are distinct and no inputs, as a backend gets it. */
export function distinctGraph(graph: Graph): Graph {
  const outputs = [...new Set(graph.outputs)].filter((v) => v >= graph.inputs);
  return eliminateDead(new GraphClass(graph.inputs, graph.nodes, outputs, graph.avals));
}

/** A generator of numbers in [0, 1) that a seed determines. */
export function randomNumbers(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Values for a type: small floats, small integers, bools. */
export function valuesFor({ shape, dtype }: Aval, random: () => number): Float64Array {
  const draw = dtype === "bool"
    ? () => Math.round(random())
    : dtype === "f32"
    ? () => Math.fround(random() - 0.5)
    : () => Math.floor(random() * 5);
  return Float64Array.from({ length: sizeOf(shape) }, draw);
}

/** Schedules a Graph and holds every output of the interpreter against the reference. */
export function check(
  graph: Graph,
  options: { readonly donated?: readonly boolean[]; readonly machine?: Machine; seed?: number } =
    {},
): Schedule {
  const { donated = [], machine = MACHINE, seed = 1 } = options;
  const all = Array.from({ length: graph.inputs }, (_, i) => donated[i] ?? false);
  const schedule = scheduleGraph(graph, all, machine);
  const random = randomNumbers(seed);
  const avals = graph.avals.slice(0, graph.inputs);
  const inputs = avals.map((aval) => valuesFor(aval, random));
  const expected = runGraph(graph, avals.map((aval, i) => ({ ...aval, data: inputs[i]! })));
  const actual = interpret(schedule, inputs);
  expected.forEach(({ data }, i) => assertNear(actual[i]!, data, `output ${i} of\n${graph}`));
  return schedule;
}

function assertNear(actual: Float64Array, expected: Float64Array, what: string): void {
  let scale = 1e-3;
  for (const x of expected) if (Number.isFinite(x)) scale = Math.max(scale, Math.abs(x));
  assert(actual.length === expected.length, `length of ${what}`);
  for (let i = 0; i < expected.length; i++) {
    const [x, y] = [actual[i]!, expected[i]!];
    const isNear = Object.is(x, y) || Math.abs(x - y) <= 1e-5 * scale || x === y;
    assert(isNear, `element ${i}: ${x} is not ${y} in ${what}`);
  }
}

/** Kinds of the kernels, in order. */
export function kindsOf(schedule: Schedule): string[] {
  return schedule.kernels.map(({ ir, isCopy }) => isCopy ? "copy" : ir.kind);
}
