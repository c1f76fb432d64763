import { allPrimitives, type DType, isFloat } from "../../mod.ts";
import { narrow, roundTo, widen } from "../../core/internal.ts";
import type { KernelIR } from "../../kernels/ir/types.ts";
import { maker } from "./_maker.ts";

/** Elementwise primitives and the operands that tests of the emitters give them. */

const FLOATS = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2,
  3.7,
  -3.2,
  1e-3,
  -1e-3,
  1e-8,
  10,
  -10,
  88.5,
  -88.5,
  -95,
  100,
  -104,
  200,
  -200,
  1e-38,
  1e-42,
  1e30,
  -1e30,
  65504,
  70000,
  Infinity,
  -Infinity,
  NaN,
  2.5,
  3.5,
  0.1,
  123.456,
  -55.5,
  7.7,
];
const INTEGERS = [0, 1, -1, 2, 3, -3, 7, 100, -100, 127, -128, 255, 1000, 2 ** 31 - 1, -(2 ** 31)];
/** Primitives of one operand that every emitter prints. */
export const UNARY: readonly string[] =
  ("neg abs sign floor ceil round sqrt rsqrt is_finite exp expm1 log log1p tanh " +
    "logistic erf erf_inv sin cos tan not").split(" ");

/** Primitives of two. */
export const BINARY: readonly string[] =
  ("add sub mul div max min eq ne lt le gt ge and or xor shift_left " +
    "shift_right_logical shift_right_arithmetic").split(" ");

/** The dtypes that are tested. */
export const DTYPES: readonly DType[] = ["f32", "bf16", "f16", "i32", "u32", "i8", "u8", "bool"];

/** Operands of a dtype. */
export function domain(dtype: DType): readonly number[] {
  if (dtype === "bool") return [0, 1];
  return isFloat(dtype) ? FLOATS : INTEGERS;
}

/** The distance of neighbours around a number. */
export function ulp(x: number, dtype: DType): number {
  const bits = dtype === "bf16" ? 7 : dtype === "f16" ? 10 : 23;
  const least = dtype === "f16" ? 2 ** -24 : 2 ** -149;
  return Math.max(least, 2 ** (Math.floor(Math.log2(Math.abs(x))) - bits));
}

/** A primitive on columns of operands as a kernel, and what it should give. */
export type ElementwiseCase = {
  readonly ir: KernelIR;
  /** Operands are buffers 0, 1 ..., the result is buffer 9. */
  readonly buffers: Readonly<Record<number, { dtype: DType; data: readonly number[] }>>;
  readonly inputs: readonly (readonly number[])[];
  readonly want: readonly number[];
  readonly dtype: DType;
};

/** The case of a primitive; null if it is not defined on the dtype. */
export function elementwiseCase(
  name: string,
  dtype: DType,
  columns: readonly (readonly number[])[],
): ElementwiseCase | null {
  const primitive = allPrimitives().get(name);
  if (!primitive) return null;
  const n = columns[0]!.length;
  const avals = columns.map(() => ({ dtype, shape: [n] }));
  let out;
  try {
    [out] = primitive.infer(avals, null);
  } catch {
    return null;
  }
  const inputs = columns.map((data, i) => widen(narrow(data, dtype), avals[i]!));
  const exact = primitive.evaluate(inputs, null, [out!])[0]!;
  const want = [...widen(narrow(roundTo(exact, out!.dtype), out!.dtype), out!).data];
  const m = maker();
  const lane = { id: 1, size: n };
  const value = m.op(name, out!.dtype, columns.map((_, i) => m.load(i, m.at(lane), dtype)));
  const stores = [{ buffer: 9, index: m.at(lane), value }];
  const data = inputs.map((input) => [...input.data]);
  return {
    ir: {
      kind: "map",
      rows: [],
      lane,
      stages: [{ reductions: [], stores }],
      rowStores: [],
      tile: true,
      sequence: [],
    },
    buffers: {
      ...Object.fromEntries(data.map((column, i) => [i, { dtype, data: column }])),
      9: { dtype: out!.dtype, data: new Array<number>(n).fill(0) },
    },
    inputs: data,
    want,
    dtype: out!.dtype,
  };
}
