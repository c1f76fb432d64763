import { identityOf } from "../../ir/identity.ts";
import type { Reduction } from "../../ir/types.ts";
import { literal, type Register, registerOf, wrap } from "./scalar.ts";

type Kind = Reduction["op"];
type Combine = (x: string, y: string) => string;

const infix = (operator: string): Combine => (x, y) => `${x} ${operator} ${y}`;
const call = (name: string): Combine => (x, y) => `${name}(${x}, ${y})`;

const COMBINE: Record<Kind, Record<Register, Combine>> = {
  sum: { f32: infix("+"), i32: infix("+"), u32: infix("+"), bool: infix("|") },
  prod: { f32: infix("*"), i32: infix("*"), u32: infix("*"), bool: infix("&") },
  max: { f32: call("max_float"), i32: call("max"), u32: call("max"), bool: infix("|") },
  min: { f32: call("min_float"), i32: call("min"), u32: call("min"), bool: infix("&") },
};

/** Two parts of a reduction as one. */
export function combine({ op, value: { dtype } }: Reduction, x: string, y: string): string {
  return COMBINE[op][registerOf(dtype)](x, y);
}

/** The result of a reduction over nothing. */
export function identity({ op, value: { dtype } }: Reduction): string {
  return literal(identityOf(op, dtype), registerOf(dtype));
}

/** A finished reduction in the range of its dtype. */
export function finished({ value: { dtype } }: Reduction, x: string): string {
  return wrap(dtype, x);
}

/** How a workgroup puts together what its invocations have found. */
export type Shared = {
  readonly declaration: string;
  readonly lines: readonly string[];
  /** The expression of the result, the same for every invocation. */
  readonly total: string;
};

/** Reduction number `number` over the variables `a<number>` of the `threads` invocations `t`. */
export function totalLines(
  reduction: Reduction,
  number: number,
  threads: number,
  hasSubgroups: boolean,
): Shared {
  const array = `shared${number}`;
  const part = `a${number}`;
  const type = registerOf(reduction.value.dtype);
  const declaration = `var<workgroup> ${array}: array<${type}, ${threads}>;`;
  if (!hasSubgroups) {
    const lines = treeLines(reduction, array, part, threads);
    return { declaration, lines, total: `${array}[0]` };
  }
  const total = `total${number}`;
  return { declaration, lines: subgroupLines(reduction, array, part, threads, total), total };
}

/** By a tree in the workgroup's memory `array`. */
function treeLines(
  reduction: Reduction,
  array: string,
  part: string,
  threads: number,
): string[] {
  const lines = [`${array}[t] = ${part};`, "workgroupBarrier();"];
  for (let half = threads / 2; half >= 1; half /= 2) {
    const joined = combine(reduction, `${array}[t]`, `${array}[t + ${half}u]`);
    lines.push(`if (t < ${half}u) { ${array}[t] = ${joined}; }`, "workgroupBarrier();");
  }
  return lines;
}

/**
 * The same with subgroups: each adds up its part, and every invocation adds up their results from
 * the memory `array`, first to last. Subgroups are parts of `width` neighbours.
 */
function subgroupLines(
  reduction: Reduction,
  array: string,
  part: string,
  threads: number,
  name: string,
): string[] {
  return [
    `let of_subgroup_${name} = ${inSubgroup(reduction, part)};`,
    `if (place == 0u) { ${array}[t / width] = of_subgroup_${name}; }`,
    "workgroupBarrier();",
    `var ${name} = ${array}[0];`,
    `for (var i = 1u; i < ${threads}u / width; i = i + 1u) {`,
    `  ${name} = ${combine(reduction, name, `${array}[i]`)};`,
    "}",
  ];
}

/** Lanes that a workgroup reduces side by side, and strips of rows that share them. */
export type Strips = { readonly lanes: number; readonly strips: number };

/** The declaration of the memory in which the strips of reduction number `number` meet. */
export function stripMemory(
  { value: { dtype } }: Reduction,
  number: number,
  { lanes, strips }: Strips,
): string {
  return `var<workgroup> shared${number}: array<${registerOf(dtype)}, ${lanes * strips}>;`;
}

/** Adds up the strips of lane `lane`, first to last, as `total<number>`. */
export function stripLines(
  reduction: Reduction,
  number: number,
  lane: string,
  { lanes, strips }: Strips,
): string[] {
  const lines = [`var total${number} = shared${number}[${lane}];`];
  for (let strip = 1; strip < strips; strip++) {
    const part = `shared${number}[${lane} + ${strip * lanes}u]`;
    lines.push(`total${number} = ${combine(reduction, `total${number}`, part)};`);
  }
  return lines;
}

/** Floats by keys that order them with NaN at the end that wins; bools as 0 and 1. */
function inSubgroup({ op, value: { dtype } }: Reduction, x: string): string {
  const register = registerOf(dtype);
  if (register === "bool") {
    const wins = op === "sum" || op === "max" ? "subgroupMax" : "subgroupMin";
    return `(${wins}(select(0u, 1u, ${x})) != 0u)`;
  }
  if (op === "sum") return `subgroupAdd(${x})`;
  if (op === "prod") return `subgroupMul(${x})`;
  if (register !== "f32") return `subgroup${op === "max" ? "Max" : "Min"}(${x})`;
  return op === "max"
    ? `from_key(subgroupMax(max_key(${x})))`
    : `from_key(subgroupMin(min_key(${x})))`;
}
