import type { DType, FlatTree, Tensor } from "../../core/mod.ts";
import { cannotRead, FileFormatError } from "../errors.ts";
import { decodeTensor } from "./codec.ts";
import type { FileDType } from "./dtypes.ts";
import {
  parseHeader,
  parseHeaderLength,
  PREFIX_BYTES,
  type SafetensorsHeader,
  type TensorInfo,
} from "./header.ts";

/** How tensors are read. */
export type ReadOptions = {
  /** dtype that floating tensors are converted to; default: the file's own. */
  readonly dtype?: DType;
};

/** An open safetensors file: its header is known, its tensors are read one by one when asked for. */
export type SafetensorsFile = {
  readonly path: string;
  /** Names in the order of the header. */
  readonly names: readonly string[];
  readonly metadata: { readonly [key: string]: string };
  /** The file's dtype of every tensor; `writeSafetensors` takes it to write I64 as I64 again. */
  readonly dtypes: { readonly [name: string]: FileDType };
  /** dtype, shape and place of one tensor. */
  info(name: string): TensorInfo;
  /** Reads the slice of one tensor. */
  tensor(name: string, options?: ReadOptions): Promise<Tensor>;
  close(): void;
  [Symbol.dispose](): void;
};

/**
 * Opens a safetensors file and checks its header.
 *
 * @throws {FileFormatError} naming the field of the header that is wrong
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const file = await Deno.open(path).catch((error) => {
    throw cannotRead(path, error);
  });
  try {
    const { size, isFile } = await file.stat();
    if (!isFile) throw new FileFormatError(path, "the path", "is not a file");
    const prefix = await readSlice(file, 0, Math.min(PREFIX_BYTES, size), path);
    const length = parseHeaderLength(prefix, size, path);
    const text = await readSlice(file, PREFIX_BYTES, PREFIX_BYTES + length, path);
    return lazyFile(file, path, parseHeader(text, size, path));
  } catch (error) {
    file.close();
    throw error;
  }
}

function lazyFile(file: Deno.FsFile, path: string, header: SafetensorsHeader): SafetensorsFile {
  const info = (name: string): TensorInfo => infoOf(header, name, path);
  // A file has one position: reads wait for one another.
  let last: Promise<unknown> = Promise.resolve();
  const tensor = (name: string, options: ReadOptions = {}): Promise<Tensor> => {
    const read = async (): Promise<Tensor> => {
      const at = info(name);
      const bytes = await readSlice(file, at.begin, at.end, path);
      return decodeTensor(bytes, at, { file: path, name }, options.dtype);
    };
    const result = last.then(read, read);
    last = result.catch(() => {});
    return result;
  };
  const close = (): void => file.close();
  const { metadata } = header;
  const names = [...header.tensors.keys()];
  const dtypes = Object.fromEntries(names.map((name) => [name, info(name).dtype]));
  return { path, names, metadata, dtypes, info, tensor, close, [Symbol.dispose]: close };
}

/**
 * Every tensor of a safetensors file or of its bytes, by name.
 *
 * I64 and U64 are read as i32 and u32 if every element fits.
 *
 * @throws {FileFormatError} naming the field of the header that is wrong
 * @throws {RangeError} if a 64-bit integer does not fit 32 bits
 * @throws {UnsupportedError} if no dtype holds the elements of a tensor
 */
export async function readSafetensors(
  source: string | Uint8Array,
  options: ReadOptions = {},
): Promise<FlatTree> {
  if (typeof source !== "string") return parseSafetensors(source, options);
  using file = await openSafetensors(source);
  const entries: [string, Tensor][] = [];
  for (const name of file.names) entries.push([name, await file.tensor(name, options)]);
  return Object.fromEntries(entries);
}

/**
 * Every tensor of the bytes of a safetensors file, by name. The elements are copied.
 *
 * @example A file with one scalar
 * ```ts
 * import { parseSafetensors } from "../mod.ts";
 * const header = '{"x":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}';
 * const bytes = new Uint8Array(8 + header.length + 4);
 * bytes[0] = header.length;
 * bytes.set(new TextEncoder().encode(header), 8);
 * const { x } = parseSafetensors(bytes);
 * if (x?.dtype !== "f32") throw new Error("unexpected dtype");
 * ```
 */
export function parseSafetensors(bytes: Uint8Array, options: ReadOptions = {}): FlatTree {
  const file = "bytes";
  const length = parseHeaderLength(bytes.subarray(0, PREFIX_BYTES), bytes.length, file);
  const text = bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + length);
  const header = parseHeader(text, bytes.length, file);
  return Object.fromEntries(
    [...header.tensors].map(([name, info]) => [
      name,
      decodeTensor(bytes.slice(info.begin, info.end), info, { file, name }, options.dtype),
    ]),
  );
}

function infoOf(header: SafetensorsHeader, name: string, file: string): TensorInfo {
  const info = header.tensors.get(name);
  if (info) return info;
  const some = [...header.tensors.keys()].slice(0, 5).map((other) => `"${other}"`).join(", ");
  throw new RangeError(
    `Cannot read "${name}" of "${file}": no such tensor; ` +
      `it has ${header.tensors.size} tensors, the first are ${some}`,
  );
}

async function readSlice(
  file: Deno.FsFile,
  begin: number,
  end: number,
  path: string,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - begin);
  await file.seek(begin, Deno.SeekMode.Start);
  for (let at = 0; at < bytes.length;) {
    const count = await file.read(bytes.subarray(at));
    if (count === null) throw new FileFormatError(path, "the data", `ends before byte ${end}`);
    at += count;
  }
  return bytes;
}
