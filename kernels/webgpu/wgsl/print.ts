import { bufferOf, postOrder, rootsOfStore } from "../../ir/structure.ts";
import type { Axis, Index, KernelIR, Store, Value } from "../../ir/types.ts";
import { ACC } from "../../ir/types.ts";
import { term, u32 } from "../product/text.ts";
import type { Bindings } from "./bindings.ts";
import type { Touch } from "./elements.ts";
import { printOperation } from "./elementwise.ts";
import { literal, registerOf } from "./scalar.ts";
import { printLoad, printStore } from "./storage.ts";

/** What expressions of a kernel refer to. */
export type Names = {
  readonly bindings: Bindings;
  /** u32 positions along the axes, by id. */
  readonly axes: ReadonlyMap<number, string>;
  /** Results of reductions so far. */
  readonly reductions: readonly string[];
  /** The accumulator of a product. */
  readonly acc?: string;
};

/** A block of statements being printed; names of the blocks around it are known in it. */
export type Block = {
  readonly lines: string[];
  readonly values: Map<number, string>;
  readonly around: Block | null;
};

/** An empty block. */
export function newBlock(around: Block | null = null): Block {
  return { lines: [], values: new Map(), around };
}

/** The name or literal of a value; what is not known yet is printed into the block `of` says. */
export function printValue(
  names: Names,
  block: Block,
  root: Value,
  of: (value: Value) => Block = () => block,
): string {
  for (const value of postOrder([root])) {
    if (value.op === "const" || nameIn(block, value) !== null) continue;
    const target = of(value);
    const name = `v${value.id}`;
    target.lines.push(`let ${name} = ${expressionOf(names, target, block, value, name)};`);
    target.values.set(value.id, name);
  }
  return known(block, root);
}

/** Prints stores: all values first, since a store may be in place of what another one reads. */
export function printStores(
  names: Names,
  block: Block,
  stores: readonly Store[],
  of?: (value: Value) => Block,
): void {
  for (const store of stores) {
    for (const value of rootsOfStore(store)) printValue(names, block, value, of);
  }
  for (const { buffer, index, value } of stores) {
    const at = printIndex(names, block, index);
    block.lines.push(printStore(names.bindings, buffer, value.dtype, at, known(block, value)));
  }
}

/** An index as a u32 expression; negative parts wrap. Its dynamic values must be known. */
export function printIndex(names: Names, block: Block, { terms, constant }: Index): string {
  let text = constant === 0 ? "" : u32(constant);
  for (const [atom, coefficient] of terms) {
    text += term(atomText(names, block, atom), coefficient);
  }
  if (text === "") return "0u";
  return text.startsWith(" + ") ? text.slice(3) : text.startsWith(" - ") ? `0u${text}` : text;
}

/** The statements that give each axis its name from the position of all of them, outermost first. */
export function axisLines(position: string, axes: readonly Axis[]): {
  readonly lines: readonly string[];
  readonly names: ReadonlyMap<number, string>;
} {
  const names = new Map<number, string>();
  const lines: string[] = [];
  let inner = 1;
  for (let i = axes.length - 1; i >= 0; i--) {
    const { id, size } = axes[i]!;
    const quotient = inner === 1 ? position : `${position} / ${inner}u`;
    lines.push(`let x${id} = ${i === 0 ? quotient : `${quotient} % ${size}u`};`);
    names.set(id, `x${id}`);
    inner *= size;
  }
  return { lines, names };
}

/** Everything that a kernel reads and writes. */
export function touchesOf(ir: KernelIR): Touch[] {
  const stores = [...ir.stages.flatMap((stage) => stage.stores), ...ir.rowStores];
  const roots = [
    ...ir.stages.flatMap((stage) => stage.reductions.map(({ value }) => value)),
    ...stores.flatMap(rootsOfStore),
  ];
  const loads = postOrder(roots).flatMap((value): Touch[] => {
    const buffer = bufferOf(value);
    if (buffer === undefined || buffer < 0) return [];
    return [{ buffer, dtype: value.dtype, isStore: false }];
  });
  return [
    ...loads,
    ...stores.filter(({ buffer }) => buffer >= 0).map(({ buffer, value }): Touch => {
      return { buffer, dtype: value.dtype, isStore: true };
    }),
  ];
}

function expressionOf(
  names: Names,
  target: Block,
  block: Block,
  value: Value,
  name: string,
): string {
  switch (value.op) {
    case "acc":
      return names.acc!;
    case "load":
      if (bufferOf(value) === ACC) return names.acc!;
      return printLoad(
        names.bindings,
        value.buffer!,
        value.dtype,
        printIndex(names, block, value.index!),
      );
    case "index":
      return `bitcast<i32>(${printIndex(names, block, value.index!)})`;
    case "red":
      return names.reductions[value.number!]!;
  }
  let count = 0;
  const give = (expression: string, keyword = "let"): string => {
    const inner = `${name}_${count++}`;
    target.lines.push(`${keyword} ${inner} = ${expression};`);
    return inner;
  };
  const args = value.args.map((arg) => {
    const text = known(block, arg);
    return undoes(value, arg) ? `rounded(${text})` : text;
  });
  // An operation on literals alone would be evaluated, and refused if it overflows, at compile time.
  const given = value.args.every((arg) => arg.op === "const")
    ? args.map((arg) => give(arg, "var"))
    : args;
  return printOperation(value, given, give);
}

/** Whether a sum takes away again what its operand `arg` had added. */
function undoes({ op, dtype, args }: Value, arg: Value): boolean {
  if (registerOf(dtype) !== "f32" || (op !== "add" && op !== "sub")) return false;
  if (arg.op !== "add" && arg.op !== "sub") return false;
  return args.some((other) => other !== arg && arg.args.includes(other));
}

function atomText(names: Names, block: Block, atom: Index["terms"][number][0]): string {
  switch (atom.kind) {
    case "axis":
      return names.axes.get(atom.axis.id)!;
    case "dynamic":
      return `u32(${known(block, atom.value)})`;
    case "div":
      return `((${printIndex(names, block, atom.index)}) / ${atom.by}u)`;
    case "mod":
      return `((${printIndex(names, block, atom.index)}) % ${atom.by}u)`;
  }
}

function known(block: Block, value: Value): string {
  if (value.op === "const") return literal(value.number!, registerOf(value.dtype));
  const name = nameIn(block, value);
  if (name === null) throw new Error(`Cannot print ${value.op}: it is used before it is computed`);
  return name;
}

function nameIn(block: Block, value: Value): string | null {
  for (let at: Block | null = block; at; at = at.around) {
    const name = at.values.get(value.id);
    if (name !== undefined) return name;
  }
  return null;
}
