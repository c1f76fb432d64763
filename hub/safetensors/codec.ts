import {
  type Aval,
  type DType,
  isFloat,
  type Shape,
  type StorageArray,
  type Tensor,
  UnsupportedError,
} from "../../core/mod.ts";
import { fromF16, fromStorage, narrow, sizeOf, storageView, widen } from "../../core/internal.ts";
import { DTYPE_OF, FILE_DTYPE_OF, type FileDType } from "./dtypes.ts";

/** What a decoded slice is called in errors. */
export type SliceName = { readonly file: string; readonly name: string };

/**
 * The tensor of the bytes of one slice, which are taken over.
 *
 * @param info dtype and shape from the header; the header has checked that the bytes fit
 * @param to dtype that floating tensors are converted to; undefined keeps the file's
 * @throws {RangeError} if a 64-bit integer does not fit 32 bits
 * @throws {UnsupportedError} if no dtype of ours holds the elements
 */
export function decodeTensor(
  bytes: Uint8Array,
  info: { readonly dtype: FileDType; readonly shape: Shape },
  slice: SliceName,
  to?: DType,
): Tensor {
  const dtype = DTYPE_OF[info.dtype];
  if (!dtype) {
    throw new UnsupportedError(
      `Cannot read "${slice.name}" of "${slice.file}": no dtype holds ${info.dtype}; ` +
        `the readable ones are ${Object.keys(DTYPE_OF).join(", ")}`,
    );
  }
  const aval = { dtype, shape: info.shape };
  const storage = decodeStorage(bytes, info.dtype, dtype, sizeOf(info.shape), slice);
  if (!to || to === dtype || !isFloat(dtype)) return fromStorage(storage, aval);
  return fromStorage(convertFloats(storage, aval, to), { dtype: to, shape: info.shape });
}

/** Half precision to f32, the common case, goes straight: whole models pass here. */
function convertFloats(storage: StorageArray, aval: Aval, to: DType): StorageArray {
  if (to !== "f32" || !(storage instanceof Uint16Array)) {
    return narrow(widen(storage, aval).data, to);
  }
  const single = new Float32Array(storage.length);
  const bits = new Uint32Array(single.buffer);
  if (aval.dtype === "bf16") { for (let i = 0; i < bits.length; i++) bits[i] = storage[i]! << 16; }
  else for (let i = 0; i < bits.length; i++) single[i] = fromF16(storage[i]!);
  return single;
}

function decodeStorage(
  bytes: Uint8Array,
  from: FileDType,
  dtype: DType,
  length: number,
  slice: SliceName,
): StorageArray {
  const { buffer, byteOffset } = aligned(bytes);
  switch (from) {
    case "I64":
      return shrink(new BigInt64Array(buffer, byteOffset, length), new Int32Array(length), slice);
    case "U64":
      return shrink(new BigUint64Array(buffer, byteOffset, length), new Uint32Array(length), slice);
    case "BOOL":
      return bytes.map((byte) => byte === 0 ? 0 : 1);
    default:
      return storageView(dtype, buffer, byteOffset, length);
  }
}

/** Typed arrays begin at multiples of their element: a slice that does not is copied. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
}

function shrink(
  values: BigInt64Array | BigUint64Array,
  to: Int32Array | Uint32Array,
  { file, name }: SliceName,
): StorageArray {
  values.forEach((value, i) => {
    to[i] = Number(value);
    if (BigInt(to[i]!) !== value) {
      throw new RangeError(
        `Cannot read "${name}" of "${file}": element ${i} is ${value}, which does not fit 32 bits`,
      );
    }
  });
  return to;
}

// The integer types that integers and bool may be written as.
const INTEGERS: Readonly<Partial<Record<FileDType, IntegerArray>>> = {
  U64: BigUint64Array,
  I64: BigInt64Array,
  U32: Uint32Array,
  I32: Int32Array,
  U16: Uint16Array,
  I16: Int16Array,
  I8: Int8Array,
  U8: Uint8Array,
};

type IntegerArray = { new (length: number): ArrayBufferView & { [i: number]: number | bigint } };

/**
 * The bytes of `storage` as `to`: the file's spelling of the same dtype, or for integers and bool
 * another integer type, such as the I64 that PyTorch gives them.
 *
 * @throws {TypeError} if `to` is neither of those
 * @throws {RangeError} if an element does not fit
 */
export function encodeStorage(storage: StorageArray, dtype: DType, to: FileDType): Uint8Array {
  if (to === FILE_DTYPE_OF[dtype]) {
    return new Uint8Array(storage.buffer, storage.byteOffset, storage.byteLength);
  }
  const integers = isFloat(dtype) ? undefined : INTEGERS[to];
  if (!integers) {
    throw new TypeError(
      `Cannot write ${dtype} as ${to}: only integers change their type in a file; ` +
        `convert the tensor first`,
    );
  }
  const encoded = new integers(storage.length);
  const wide = to === "I64" || to === "U64";
  storage.forEach((value: number, i: number) => {
    encoded[i] = wide ? BigInt(value) : value;
    if (Number(encoded[i]) === value) return;
    throw new RangeError(`Cannot write ${dtype} as ${to}: element ${i} is ${value}`);
  });
  return new Uint8Array(encoded.buffer);
}
