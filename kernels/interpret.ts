import { allPrimitives, type DType, type HostArray } from "../core/mod.ts";
import { roundTo } from "../core/internal.ts";
import {
  ACC,
  type Atom,
  type Axis,
  type HostIR,
  type Index,
  type KernelIR,
  LOADED,
  type LoopIR,
  type Operand,
  type ProductIR,
  type Schedule,
  type Store,
  type Value,
} from "./ir/types.ts";
import { interpretAttention } from "./interpret_attention.ts";
import { sizeOfAxes } from "./ir/structure.ts";
import { valuesBelow } from "./ir/value.ts";

/**
 * A Schedule run in plain JavaScript, kernel by kernel: it separates faults of the scheduler from
 * faults of an emitter. Buffers that share memory share an array, so in-place stores are tested too.
 */

type Memory = {
  readonly arrays: Float64Array[];
  readonly dtypes: readonly DType[];
  readonly scratch: Map<number, Float64Array>;
};

/** The outputs of a schedule, as flat f64 arrays. */
export function interpret(
  schedule: Schedule,
  inputs: readonly Float64Array[],
): Float64Array[] {
  const arrays: Float64Array[] = [];
  const { buffers } = schedule;
  const arrayOf = (id: number): Float64Array => {
    const { alias, size, role } = buffers[id]!;
    if (role.kind === "input") return arrays[id] ??= inputs[role.index]!.slice();
    return arrays[id] ??= alias === null ? new Float64Array(size).fill(NaN) : arrayOf(alias);
  };
  for (const { id } of buffers) arrayOf(id);
  const memory: Memory = {
    arrays,
    dtypes: buffers.map((buffer) => buffer.dtype),
    scratch: new Map(),
  };
  for (const { ir } of schedule.kernels) {
    if (ir.kind === "host" || ir.kind === "loop") runHost(memory, ir);
    else if (ir.kind === "attention") interpretAttention(memory, ir);
    else if (ir.kind === "product") runProduct(memory, ir);
    else runKernel(memory, ir);
  }
  return schedule.outputs.map((id) => arrays[id]!.slice());
}

function runHost(memory: Memory, ir: HostIR | LoopIR): void {
  const operands = ir.inputs.map((id, i): HostArray => ({
    data: memory.arrays[id]!.slice(),
    ...ir.inputTypes[i]!,
  }));
  const primitive = allPrimitives().get(ir.primitive)!;
  const results = primitive.evaluate(operands, ir.params, ir.outputTypes);
  results.forEach((data, i) => {
    const id = ir.outputs[i]!;
    memory.arrays[id]!.set(roundTo(data, memory.dtypes[id]!));
  });
}

function runProduct(memory: Memory, ir: ProductIR): void {
  const { batch, m, n, k } = ir;
  const a = operandArray(memory, ir.a, [batch, m, k]);
  const b = operandArray(memory, ir.b, [batch, n, k]);
  const result = new Float64Array(batch * m * n);
  for (let i = 0; i < batch * m; i++) {
    const right = Math.floor(i / m) * n;
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += a[i * k + l]! * b[(right + j) * k + l]!;
      result[i * n + j] = Math.fround(sum);
    }
  }
  if (ir.epilogue) {
    memory.scratch.set(ACC, result);
    runKernel(memory, ir.epilogue);
  } else if (ir.plain) {
    const { buffer, offset, rowStride } = ir.plain;
    for (let i = 0; i < result.length; i++) {
      const [row, column] = [Math.floor(i / n), i % n];
      const at = offset + batchOffset(ir.plain.batch, Math.floor(row / m)) + row % m * rowStride;
      memory.arrays[buffer]![at + column] = result[i]!;
    }
  }
}

/** An operand as a dense [batch, free, k]. */
function operandArray(
  memory: Memory,
  operand: Operand,
  [batch, free, k]: readonly [number, number, number],
): Float64Array {
  const dense = new Float64Array(batch * free * k);
  if (operand.loader) {
    const loaded = new Float64Array(dense.length);
    memory.scratch.set(LOADED, loaded);
    runKernel(memory, operand.loader);
    if (operand.laneIsK) return loaded;
    for (let i = 0; i < dense.length; i++) {
      const [b, f, l] = [Math.floor(i / (free * k)), Math.floor(i / k) % free, i % k];
      dense[i] = loaded[(b * k + l) * free + f]!;
    }
    return dense;
  }
  const source = memory.arrays[operand.buffer]!;
  for (let i = 0; i < dense.length; i++) {
    const [b, f, l] = [Math.floor(i / (free * k)), Math.floor(i / k) % free, i % k];
    const at = operand.offset + batchOffset(operand.batch, b) + f * operand.freeStride;
    dense[i] = source[at + l * operand.kStride]!;
  }
  return dense;
}

function batchOffset(
  batch: readonly (readonly [size: number, stride: number])[],
  position: number,
): number {
  let offset = 0;
  let rest = position;
  for (let i = batch.length - 1; i >= 0; i--) {
    const [size, stride] = batch[i]!;
    offset += rest % size * stride;
    rest = Math.floor(rest / size);
  }
  return offset;
}

type Run = {
  readonly memory: Memory;
  /** Position along each axis, by its id; `steps` of them for the axis `along`. */
  readonly positions: Map<number, number>;
  readonly along: Axis | null;
  readonly steps: number;
  readonly reductions: readonly Float64Array[];
  readonly values: Map<Value, Float64Array>;
};

function runKernel(memory: Memory, ir: KernelIR): void {
  if (ir.kind === "col") runCol(memory, ir);
  else {
    const rows = sizeOfAxes(ir.rows);
    for (let row = 0; row < rows; row++) runRow(memory, ir, rowPositions(ir.rows, row));
  }
}

function rowPositions(rows: readonly Axis[], row: number): Map<number, number> {
  const positions = new Map<number, number>();
  let rest = row;
  for (let i = rows.length - 1; i >= 0; i--) {
    positions.set(rows[i]!.id, rest % rows[i]!.size);
    rest = Math.floor(rest / rows[i]!.size);
  }
  return positions;
}

/** One row: every stage computes all its values before it stores any. */
function runRow(memory: Memory, ir: KernelIR, positions: Map<number, number>): void {
  const reductions: Float64Array[] = [];
  for (const stage of ir.stages) {
    const run = runOver(memory, positions, ir.lane, reductions);
    const roots = [...stage.reductions.map((r) => r.value), ...stage.stores.map((s) => s.value)];
    evaluate(run, [...roots, ...stage.stores.flatMap(dynamics)]);
    stage.stores.forEach((store) => put(run, store));
    for (const { op, value } of stage.reductions) {
      const total = run.values.get(value)!.reduce(FOLD[op], START[op]);
      reductions.push(roundTo(Float64Array.of(total), value.dtype));
    }
  }
  const run = runOver(memory, positions, null, reductions);
  evaluate(run, ir.rowStores.flatMap((store) => [store.value, ...dynamics(store)]));
  ir.rowStores.forEach((store) => put(run, store));
}

/** All rows for every lane, then the values per lane. */
function runCol(memory: Memory, ir: KernelIR): void {
  const rows = sizeOfAxes(ir.rows);
  const { reductions } = ir.stages[0]!;
  const totals = reductions.map(({ op }) => new Float64Array(ir.lane.size).fill(START[op]));
  for (let row = 0; row < rows; row++) {
    const run = runOver(memory, rowPositions(ir.rows, row), ir.lane, []);
    evaluate(run, reductions.map((r) => r.value));
    reductions.forEach(({ op, value }, i) => {
      const values = run.values.get(value)!;
      totals[i]!.forEach((total, j) => totals[i]![j] = FOLD[op](total, values[j]!));
    });
  }
  const rounded = totals.map((total, i) => roundTo(total, reductions[i]!.value.dtype));
  const run = runOver(memory, new Map(), ir.lane, rounded);
  evaluate(run, ir.rowStores.map((store) => store.value));
  ir.rowStores.forEach((store) => put(run, store));
}

const START = { sum: 0, max: -Infinity, min: Infinity, prod: 1 } as const;

const FOLD: Readonly<Record<keyof typeof START, (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
  prod: (a, b) => a * b,
};

function runOver(
  memory: Memory,
  positions: Map<number, number>,
  along: Axis | null,
  reductions: readonly Float64Array[],
): Run {
  return { memory, positions, along, steps: along?.size ?? 1, reductions, values: new Map() };
}

function dynamics(store: Store): Value[] {
  return store.index.terms.flatMap(([atom]) => atom.kind === "dynamic" ? [atom.value] : []);
}

function evaluate(run: Run, roots: readonly Value[]): void {
  for (const value of valuesBelow(roots)) {
    run.values.set(value, roundTo(elements(run, value), value.dtype));
  }
}

function elements(run: Run, value: Value): Float64Array {
  const { memory, steps, reductions } = run;
  switch (value.op) {
    case "const":
      return new Float64Array(steps).fill(value.number!);
    case "index":
      return new Float64Array(steps).map((_, i) => indexAt(run, value.index!, i));
    case "red": {
      const reduced = reductions[value.number!]!;
      return new Float64Array(steps).map((_, i) => reduced[reduced.length === 1 ? 0 : i]!);
    }
    case "load":
    case "acc": {
      const array = arrayOf(memory, value.buffer!);
      return new Float64Array(steps).map((_, i) => array[indexAt(run, value.index!, i)]!);
    }
    default: {
      const operands = value.args.map((arg): HostArray => ({
        data: run.values.get(arg)!,
        shape: [steps],
        dtype: arg.dtype,
      }));
      const out = { shape: [steps], dtype: value.dtype };
      const primitive = allPrimitives().get(value.op)!;
      return primitive.evaluate(operands, value.params ?? null, [out])[0]!;
    }
  }
}

function arrayOf(memory: Memory, buffer: number): Float64Array {
  return buffer < 0 ? memory.scratch.get(buffer)! : memory.arrays[buffer]!;
}

function put(run: Run, { buffer, index, value }: Store): void {
  const array = arrayOf(run.memory, buffer);
  const values = run.values.get(value)!;
  const dtype = run.memory.dtypes[buffer] ?? "f32";
  const rounded = roundTo(values, dtype);
  for (let i = 0; i < run.steps; i++) array[indexAt(run, index, i)] = rounded[i]!;
}

function indexAt(run: Run, index: Index, step: number): number {
  let at = index.constant;
  for (const [atom, c] of index.terms) at += c * atomAt(run, atom, step);
  return at;
}

function atomAt(run: Run, atom: Atom, step: number): number {
  switch (atom.kind) {
    case "axis":
      return atom.axis.id === run.along?.id ? step : run.positions.get(atom.axis.id)!;
    case "dynamic":
      return run.values.get(atom.value)![step]!;
    case "div":
      return Math.floor(indexAt(run, atom.index, step) / atom.by);
    case "mod": {
      const rest = indexAt(run, atom.index, step) % atom.by;
      return rest < 0 ? rest + atom.by : rest;
    }
  }
}
