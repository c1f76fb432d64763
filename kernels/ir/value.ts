import type { DType } from "../../core/mod.ts";
import { indexId, type IndexTable, indexTable } from "./index.ts";
import type { Index, Value, ValueOp } from "./types.ts";

/** The expressions of one kernel, hash-consed: equal expressions are one object. */
export type Expressions = {
  readonly indices: IndexTable;
  readonly values: Map<ValueOp, Map<number, Value[]>>;
  count: number;
};

/** What a value has besides operation, dtype and operands. */
export type ValueExtras = Pick<Value, "buffer" | "index" | "number" | "params">;

/** An empty table. */
export function expressions(): Expressions {
  return { indices: indexTable(), values: new Map(), count: 0 };
}

/** The one value with these parts. */
export function makeValue(
  table: Expressions,
  op: ValueOp,
  dtype: DType,
  args: readonly Value[],
  extras: ValueExtras = {},
): Value {
  let ofOp = table.values.get(op);
  if (!ofOp) table.values.set(op, ofOp = new Map());
  const hash = hashOf(table, args, extras);
  let bucket = ofOp.get(hash);
  if (!bucket) ofOp.set(hash, bucket = []);
  for (const value of bucket) if (matches(value, dtype, args, extras)) return value;
  const value: Value = { id: table.count++, op, dtype, args, ...extras };
  bucket.push(value);
  return value;
}

/** A number as a value. */
export function constantValue(table: Expressions, number: number, dtype: DType): Value {
  return makeValue(table, "const", dtype, [], { number });
}

/** Every value below `roots`, operands first, once each; indices' dynamic values included. */
export function valuesBelow(roots: readonly Value[]): Value[] {
  const seen = new Set<Value>();
  const order: Value[] = [];
  const stack: [value: Value, open: boolean][] = [];
  for (const root of roots) {
    stack.push([root, false]);
    while (stack.length > 0) {
      const [value, open] = stack.pop()!;
      if (open) order.push(value);
      if (open || seen.has(value)) continue;
      seen.add(value);
      stack.push([value, true]);
      for (const arg of value.args) if (!seen.has(arg)) stack.push([arg, false]);
      if (!value.index) continue;
      for (const inner of dynamicsOf(value.index)) if (!seen.has(inner)) stack.push([inner, false]);
    }
  }
  return order;
}

/** The dynamic values of an index. */
export function dynamicsOf(index: Index): Value[] {
  return index.terms.flatMap(([atom]) => {
    if (atom.kind === "dynamic") return [atom.value];
    return atom.kind === "axis" ? [] : dynamicsOf(atom.index);
  });
}

function hashOf(table: Expressions, args: readonly Value[], extras: ValueExtras): number {
  let hash = (extras.buffer ?? 0) * 31 | 0;
  for (const arg of args) hash = Math.imul(hash ^ arg.id, 0x01000193) | 0;
  if (extras.index) hash = Math.imul(hash ^ indexId(table.indices, extras.index), 0x01000193) | 0;
  if (extras.number !== undefined) hash = Math.imul(hash ^ (extras.number * 64 | 0), 0x01000193);
  return hash;
}

function matches(
  value: Value,
  dtype: DType,
  args: readonly Value[],
  { buffer, index, number, params }: ValueExtras,
): boolean {
  return value.dtype === dtype && value.buffer === buffer && value.index === index &&
    Object.is(value.number, number) && value.params === params &&
    value.args.length === args.length && value.args.every((arg, i) => arg === args[i]);
}
