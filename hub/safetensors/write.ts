import { evaluate, type FlatTree, type Shape, type Tensor } from "../../core/mod.ts";
import { reader, sizeOf } from "../../core/internal.ts";
import { writeAll, writeFileAtomic } from "../atomic.ts";
import { encodeStorage } from "./codec.ts";
import { FILE_BITS, FILE_DTYPE_OF, FILE_DTYPES, type FileDType } from "./dtypes.ts";
import { PREFIX_BYTES } from "./header.ts";

/** How tensors are written. */
export type WriteOptions = {
  /** Text that the header keeps; libraries of PyTorch expect `{ format: "pt" }`, the default. */
  readonly metadata?: { readonly [key: string]: string };
  /** The file's dtype by name, where it is to be another than the tensor's: I64 for integers. */
  readonly dtypes?: { readonly [name: string]: FileDType };
};

type Entry = {
  readonly name: string;
  readonly tensor: Tensor;
  readonly dtype: FileDType;
  readonly bytes: number;
};

/**
 * Writes tensors to a safetensors file, byte for byte as the Python library does. The file appears
 * under its name when it is complete.
 *
 * @throws {TypeError} if a tensor cannot be written as the dtype asked for
 */
export async function writeSafetensors(
  path: string,
  tensors: FlatTree,
  options: WriteOptions = {},
): Promise<void> {
  const entries = layOut(tensors, options);
  await evaluate(Object.values(tensors));
  await writeFileAtomic(path, async (file) => {
    await writeAll(file, formatHeader(entries, options));
    for (const entry of entries) await writeAll(file, await encode(entry));
  });
}

/** The bytes of the safetensors file that `writeSafetensors` would write. */
export async function formatSafetensors(
  tensors: FlatTree,
  options: WriteOptions = {},
): Promise<Uint8Array> {
  const entries = layOut(tensors, options);
  await evaluate(Object.values(tensors));
  const header = formatHeader(entries, options);
  const length = entries.reduce((sum, { bytes }) => sum + bytes, header.length);
  const file = new Uint8Array(length);
  file.set(header);
  let at = header.length;
  for (const entry of entries) {
    file.set(await encode(entry), at);
    at += entry.bytes;
  }
  return file;
}

/** Bytes that the elements of `tensor` take in a file. */
export function fileBytesOf(tensor: Tensor, dtype?: FileDType): number {
  return sizeOf(tensor.shape) * FILE_BITS[dtype ?? FILE_DTYPE_OF[tensor.dtype]] / 8;
}

async function encode({ tensor, dtype }: Entry): Promise<Uint8Array> {
  return encodeStorage(await reader.read(tensor), tensor.dtype, dtype);
}

/** Wide dtypes first, then by the bytes of the name. */
function layOut(tensors: FlatTree, { dtypes = {} }: WriteOptions): readonly Entry[] {
  const entries = Object.entries(tensors).map(([name, tensor]): Entry => {
    const dtype = Object.hasOwn(dtypes, name) ? dtypes[name]! : FILE_DTYPE_OF[tensor.dtype];
    return { name, tensor, dtype, bytes: fileBytesOf(tensor, dtype) };
  });
  const rank = (entry: Entry): number => FILE_DTYPES.indexOf(entry.dtype);
  return entries.sort((a, b) => rank(a) - rank(b) || compareCodePoints(a.name, b.name));
}

/** The order of UTF-8 bytes, which is that of code points and not that of JavaScript's strings. */
function compareCodePoints(a: string, b: string): number {
  const left = Array.from(a, (c) => c.codePointAt(0)!);
  const right = Array.from(b, (c) => c.codePointAt(0)!);
  const at = left.findIndex((c, i) => c !== right[i]);
  if (at < 0) return left.length - right.length;
  return at < right.length ? left[at]! - right[at]! : 1;
}

function formatHeader(
  entries: readonly Entry[],
  { metadata = { format: "pt" } }: WriteOptions,
): Uint8Array {
  // Written by hand: an object would put names such as "0" first.
  const fields = Object.keys(metadata).length ? [formatField("__metadata__", metadata)] : [];
  let at = 0;
  for (const { name, tensor, dtype, bytes } of entries) {
    const shape: Shape = tensor.shape;
    fields.push(formatField(name, { dtype, shape, data_offsets: [at, at + bytes] }));
    at += bytes;
  }
  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(PREFIX_BYTES + length).fill(0x20, PREFIX_BYTES); // spaces
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, PREFIX_BYTES);
  return header;
}

function formatField(name: string, value: unknown): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
}
