import { axisIndex, flatten } from "../../kernels/ir/index.ts";
import {
  ACC,
  type Axis,
  type Index,
  type KernelIR,
  LOADED,
  type Operand,
  type ProductIR,
  type Store,
  type Value,
} from "../../kernels/ir/types.ts";
import { convertValue } from "../../kernels/lower/convert.ts";
import type { DType } from "../../core/mod.ts";
import { constantValue, type Expressions, expressions, makeValue } from "../../kernels/ir/value.ts";
import type { ProductDevice } from "../../kernels/webgpu/product/tuning.ts";

/** Sides of a product. */
export type Sizes = readonly [batch: number, m: number, n: number, k: number];

/** Whether the operands are stored with k outermost. */
export const TURNS = [[false, false], [false, true], [true, false], [true, true]] as const;

/** A device with what WebGPU guarantees. */
export const BASELINE: ProductDevice = {
  name: "test",
  workgroupBytes: 16384,
  invocations: 256,
  isSoftware: false,
};

/** An operand stored as [batch, free, k] or, turned, as [batch, k, free]. */
export function operand(
  buffer: number,
  batch: number,
  free: number,
  k: number,
  turned: boolean,
): Operand {
  return {
    buffer,
    offset: 0,
    freeStride: turned ? 1 : k,
    kStride: turned ? free : 1,
    batch: batch > 1 ? [[batch, free * k]] : [],
  };
}

/** The product of buffers 0 and 1, stored densely in buffer 2. */
export function product([batch, m, n, k]: Sizes, turned: readonly [boolean, boolean]): ProductIR {
  return {
    kind: "product",
    batch,
    m,
    n,
    k,
    a: operand(0, batch, m, k, turned[0]),
    b: operand(1, batch, n, k, turned[1]),
    plain: { buffer: 2, offset: 0, rowStride: n, batch: batch > 1 ? [[batch, m * n]] : [] },
  };
}

/** An operand that a loader computes as 2 x + 1 of what is stored. */
export function loaded(
  buffer: number,
  [batch, free, k]: readonly [number, number, number],
  laneIsK: boolean,
): Operand {
  const t = expressions();
  const [g, f, x] = [{ id: 1, size: batch }, { id: 2, size: free }, { id: 3, size: k }];
  const [outer, lane] = laneIsK ? [f, x] : [x, f];
  const stored = load(t, buffer, [g, f, x]);
  const twice = makeValue(t, "mul", "f32", [stored, constantValue(t, 2, "f32")]);
  const value = makeValue(t, "add", "f32", [twice, constantValue(t, 1, "f32")]);
  const store = { buffer: LOADED, index: at(t, [g, outer, lane]), value };
  return {
    ...operand(LOADED, 1, 0, 0, false),
    laneIsK,
    loader: map([g, outer], lane, [store]),
  };
}

/** An operand stored in a narrow dtype with a scale for each row: its values in f32 times the scale. */
export function scaled(
  [buffer, scales]: readonly [number, number],
  dtype: DType,
  [free, k]: readonly [number, number],
): Operand {
  const t = expressions();
  const [f, x] = [{ id: 1, size: free }, { id: 2, size: k }];
  const stored = makeValue(t, "load", dtype, [], { buffer, index: at(t, [f, x]) });
  const value = makeValue(t, "mul", "f32", [convertValue(t, stored, "f32"), load(t, scales, [f])]);
  return {
    ...operand(LOADED, 1, 0, 0, false),
    laneIsK: true,
    loader: map([f], x, [{ buffer: LOADED, index: at(t, [f, x]), value }]),
  };
}

/** Stores max(acc + bias, 0) in buffer 2 and acc · 3 in buffer 4; the bias is buffer 3. */
export function epilogue([batch, m, n]: Sizes): NonNullable<ProductIR["epilogue"]> {
  const t = expressions();
  const [g, i, lane] = [{ id: 1, size: batch }, { id: 2, size: m }, { id: 3, size: n }];
  const index = at(t, [g, i, lane]);
  const acc = makeValue(t, "acc", "f32", [], { buffer: ACC, index });
  const biased = makeValue(t, "add", "f32", [acc, load(t, 3, [lane])]);
  const relu = makeValue(t, "max", "f32", [biased, constantValue(t, 0, "f32")]);
  const thrice = makeValue(t, "mul", "f32", [acc, constantValue(t, 3, "f32")]);
  return map([g, i], lane, [{ buffer: 2, index, value: relu }, {
    buffer: 4,
    index,
    value: thrice,
  }]);
}

function load(t: Expressions, buffer: number, axes: readonly Axis[]): Value {
  return makeValue(t, "load", "f32", [], { buffer, index: at(t, axes) });
}

/** The row-major position over axes. */
function at({ indices }: Expressions, axes: readonly Axis[]): Index {
  return flatten(
    indices,
    axes.map((axis) => axisIndex(indices, axis)),
    axes.map(({ size }) => size),
  );
}

function map(rows: readonly Axis[], lane: Axis, stores: readonly Store[]): KernelIR {
  return {
    kind: "map",
    rows,
    lane,
    stages: [{ reductions: [], stores }],
    rowStores: [],
    tile: true,
    sequence: [],
  };
}
