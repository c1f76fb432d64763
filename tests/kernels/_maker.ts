import type { DType } from "../../mod.ts";
import { addIndex, axisIndex, constantIndex, flatten } from "../../kernels/ir/index.ts";
import type { Axis, Index, Value } from "../../kernels/ir/types.ts";
import { type Expressions, expressions, makeValue } from "../../kernels/ir/value.ts";

/** A kernel's table, with shorthands for its expressions. */
export type Maker = {
  readonly table: Expressions;
  load(buffer: number, index: Index, dtype?: DType): Value;
  op(name: string, dtype: DType, args: readonly Value[], params?: unknown): Value;
  number(value: number, dtype?: DType): Value;
  red(number: number, dtype?: DType): Value;
  /** Row-major position over axes. */
  at(...axes: readonly Axis[]): Index;
  shifted(index: Index, by: number): Index;
  sum(x: Index, y: Index): Index;
};

/** A fresh table. */
export function maker(): Maker {
  const table = expressions();
  return {
    table,
    load: (buffer, index, dtype = "f32") => makeValue(table, "load", dtype, [], { buffer, index }),
    op: (name, dtype, args, params) =>
      makeValue(table, name, dtype, args, params === undefined ? {} : { params }),
    number: (number, dtype = "f32") => makeValue(table, "const", dtype, [], { number }),
    red: (number, dtype = "f32") => makeValue(table, "red", dtype, [], { number }),
    at: (...axes) =>
      flatten(
        table.indices,
        axes.map((axis) => axisIndex(table.indices, axis)),
        axes.map((axis) => axis.size),
      ),
    sum: (x, y) => addIndex(table.indices, x, y),
    shifted: (index, by) => addIndex(table.indices, index, constantIndex(table.indices, by)),
  };
}
