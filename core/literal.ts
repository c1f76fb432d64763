import { hostData } from "./data.ts";
import { allocate, type DType, DTYPES, type StorageArray } from "./dtype.ts";
import { ShapeError } from "./errors.ts";
import { toF16 } from "./half.ts";
import { narrow } from "./host.ts";
import { type Aval, formatShape, type Shape, sizeOf } from "./shape.ts";
import { fromData, type Tensor } from "./tensor.ts";

/** Nested arrays of numbers or booleans, a typed array, or one number or boolean. */
export type TensorLike =
  | number
  | boolean
  | ArrayBufferView
  | readonly TensorLike[];

/**
 * A tensor from numbers, booleans, nested arrays of them, or a typed array (copied).
 *
 * Numbers give f32 and booleans bool unless `dtype` says otherwise; typed arrays keep their type,
 * except that Float64Array gives f32 and BigInt64Array i32.
 *
 * @param value the elements; nested arrays give the shape
 * @param options `shape`: for flat input, the shape to give it; `dtype`
 * @throws {ShapeError} if the arrays are ragged or the shape does not fit
 * @throws {RangeError} if a 64-bit integer does not fit 32 bits
 * @throws {TypeError} for elements that are no numbers, or a dtype that there is not
 * @example A matrix
 * ```ts
 * import { tensor } from "./mod.ts";
 * const x = tensor([[1, 2], [3, 4]]);
 * if (x.shape.join() !== "2,2") throw new Error("unexpected shape");
 * ```
 */
export function tensor(
  value: TensorLike,
  options: { readonly shape?: Shape; readonly dtype?: DType } = {},
): Tensor {
  if (options.dtype !== undefined && !DTYPES.includes(options.dtype)) {
    throw new TypeError(
      `Cannot make a tensor of dtype "${options.dtype}": the dtypes are ${DTYPES.join(", ")}`,
    );
  }
  if (ArrayBuffer.isView(value)) {
    const storage = fromTypedArray(value, options.dtype);
    const shape = options.shape ?? [storage.array.length];
    return fromStorage(storage.array, { shape, dtype: storage.dtype });
  }
  const nested: number[] = [];
  const shape = collect(value, nested);
  const dtype = options.dtype ?? (firstLeaf(value) === "boolean" ? "bool" : "f32");
  return fromStorage(narrow(nested, dtype), { shape: options.shape ?? shape, dtype });
}

/** A tensor that takes over `storage`, which must not be written any more. */
export function fromStorage(storage: StorageArray, aval: Aval): Tensor {
  if (storage.length !== sizeOf(aval.shape)) {
    throw new ShapeError(
      `Cannot make a tensor of shape ${formatShape(aval.shape)} from ${storage.length} elements: ` +
        `the shape has ${sizeOf(aval.shape)}`,
      "tensor",
      [aval.shape],
    );
  }
  return fromData(hostData(storage, aval));
}

function collect(value: TensorLike, into: number[]): number[] {
  if (typeof value === "number" || typeof value === "boolean") {
    into.push(Number(value));
    return [];
  }
  if (ArrayBuffer.isView(value)) {
    const { array } = fromTypedArray(value, "f64");
    for (const x of array) into.push(x);
    return [array.length];
  }
  if (!Array.isArray(value)) {
    throw new TypeError(
      `Cannot make a tensor from ${value === null ? "null" : typeof value}: ` +
        "give numbers, booleans, arrays of them or a typed array",
    );
  }
  let inner: number[] | undefined;
  for (const item of value) {
    const shape = collect(item, into);
    if (inner && (inner.length !== shape.length || inner.some((side, i) => side !== shape[i]))) {
      throw new ShapeError(
        `Cannot make a tensor from ragged arrays: ${formatShape(inner)} beside ` +
          formatShape(shape),
        "tensor",
        [inner, shape],
      );
    }
    inner = shape;
  }
  return [value.length, ...(inner ?? [])];
}

function firstLeaf(value: TensorLike): string {
  let leaf = value;
  while (Array.isArray(leaf)) leaf = leaf[0];
  return typeof leaf;
}

function fromTypedArray(
  value: ArrayBufferView,
  dtype: DType | undefined,
): { array: StorageArray; dtype: DType } {
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) {
    return { array: narrow(Array.from(value, int32), dtype ?? "i32"), dtype: dtype ?? "i32" };
  }
  const own = nativeDtype(value);
  if (own === "f16" && (dtype === undefined || dtype === "f16")) {
    const values = Array.from(value as unknown as ArrayLike<number>);
    return { array: Uint16Array.from(values, toF16), dtype: "f16" };
  }
  const to = dtype ?? (own === "f64" ? "f32" : own);
  const values = value as unknown as ArrayLike<number>;
  if (to === own && own !== "f16") {
    const copy = allocate(to, values.length);
    copy.set(values);
    return { array: copy, dtype: to };
  }
  return { array: narrow(values, to), dtype: to };
}

function nativeDtype(value: ArrayBufferView): DType {
  if (value instanceof Float32Array) return "f32";
  if (value instanceof Float64Array) return "f64";
  if (value instanceof Int32Array) return "i32";
  if (value instanceof Uint32Array) return "u32";
  if (value instanceof Int16Array) return "i16";
  if (value instanceof Uint16Array) return "u16";
  if (value instanceof Int8Array) return "i8";
  if (value instanceof Uint8Array || value instanceof Uint8ClampedArray) return "u8";
  if (Object.prototype.toString.call(value) === "[object Float16Array]") return "f16";
  throw new TypeError(
    `Cannot make a tensor from ${value.constructor.name}: no dtype holds its elements; ` +
      `convert it to Int32Array or Float32Array first`,
  );
}

function int32(value: bigint): number {
  if (value !== BigInt.asIntN(32, value)) {
    throw new RangeError(`Cannot make an i32 tensor: ${value} does not fit 32 bits`);
  }
  return Number(value);
}
