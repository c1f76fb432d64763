import type { Shape } from "../../core/mod.ts";
import { sizeOf } from "../../core/internal.ts";
import { FileFormatError } from "../errors.ts";
import { isJsonObject, type JsonObject, parseJsonObject } from "../json.ts";
import { FILE_BITS, FILE_DTYPES, type FileDType, isFileDType } from "./dtypes.ts";

/** Where a tensor lies: bytes `begin` to `end` of the file. */
export type TensorInfo = {
  readonly dtype: FileDType;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
};

/** What a safetensors file holds. */
export type SafetensorsHeader = {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: { readonly [key: string]: string };
};

/** Bytes of the length that comes before the header. */
export const PREFIX_BYTES = 8;

// The limit of the Rust library: a header larger than this is an attack, not a model.
const MAX_HEADER_BYTES = 100_000_000;

/** Length of the header, from the first eight bytes of a file of `fileBytes` bytes. */
export function parseHeaderLength(prefix: Uint8Array, fileBytes: number, file: string): number {
  if (prefix.length < PREFIX_BYTES) {
    throw new FileFormatError(
      file,
      "the header",
      `needs ${PREFIX_BYTES} bytes; found ${fileBytes}`,
    );
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset, PREFIX_BYTES);
  const length = view.getBigUint64(0, true);
  const room = Math.min(fileBytes - PREFIX_BYTES, MAX_HEADER_BYTES);
  if (length > BigInt(room)) {
    throw new FileFormatError(file, "the header", `has length ${length}; expected at most ${room}`);
  }
  return Number(length);
}

/**
 * The header of a safetensors file, checked before anything is read by it: every dtype and shape is
 * one, every slice has the bytes that its shape needs, and the slices fill the rest of the file
 * without gaps and overlaps.
 *
 * @param bytes the header's JSON
 * @param fileBytes size of the whole file
 * @param file name for errors
 * @throws {FileFormatError} naming the field that is wrong
 */
export function parseHeader(
  bytes: Uint8Array,
  fileBytes: number,
  file: string,
): SafetensorsHeader {
  const { __metadata__: metadata, ...entries } = parseJsonObject(decodeText(bytes, file), file);
  const dataStart = PREFIX_BYTES + bytes.length;
  const tensors = new Map<string, TensorInfo>();
  for (const [name, entry] of Object.entries(entries)) {
    if (!isJsonObject(entry)) throw new FileFormatError(file, `"${name}"`, "is not an object");
    tensors.set(name, parseInfo(name, entry, dataStart, file));
  }
  checkLayout(tensors, dataStart, fileBytes, file);
  return { tensors, metadata: parseMetadata(metadata, file) };
}

function decodeText(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new FileFormatError(file, "the header", "is not UTF-8");
  }
}

function parseMetadata(metadata: unknown, file: string): { readonly [key: string]: string } {
  if (metadata === undefined || metadata === null) return {};
  const isText = isJsonObject(metadata) &&
    Object.values(metadata).every((value) => typeof value === "string");
  if (isText) return metadata as { readonly [key: string]: string };
  throw new FileFormatError(file, "__metadata__", "is not an object of strings");
}

function parseInfo(name: string, entry: JsonObject, dataStart: number, file: string): TensorInfo {
  const { dtype, shape, data_offsets: offsets } = entry;
  const fail = (field: string, found: string): never => {
    throw new FileFormatError(file, `"${name}".${field}`, found);
  };
  if (!isFileDType(dtype)) {
    return fail("dtype", `is ${JSON.stringify(dtype)}; expected one of ${FILE_DTYPES.join(", ")}`);
  }
  if (!isCounts(shape)) {
    return fail("shape", `is ${JSON.stringify(shape)}; expected a list of sides`);
  }
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    return fail("data_offsets", `is ${JSON.stringify(offsets)}; expected [begin, end]`);
  }
  const bytes = (sizeOf(shape) * FILE_BITS[dtype]) / 8;
  if (!Number.isSafeInteger(bytes)) {
    return fail("shape", `is [${shape.join(", ")}], which is no whole number of bytes`);
  }
  const [begin, end] = offsets as [number, number];
  if (end - begin !== bytes) {
    return fail("data_offsets", `spans ${end - begin} bytes; its dtype and shape need ${bytes}`);
  }
  return { dtype, shape, begin: dataStart + begin, end: dataStart + end };
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function checkLayout(
  tensors: ReadonlyMap<string, TensorInfo>,
  dataStart: number,
  fileBytes: number,
  file: string,
): void {
  let at = dataStart;
  const inOrder = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  for (const [name, { begin, end }] of inOrder) {
    if (begin !== at) {
      const what = begin < at ? "overlaps the tensor before it" : "leaves a gap before it";
      throw new FileFormatError(
        file,
        `"${name}".data_offsets`,
        `${what}: begins at ${begin - dataStart}; expected ${at - dataStart}`,
      );
    }
    at = end;
  }
  if (at !== fileBytes) {
    const what = at < fileBytes ? "is longer than its tensors" : "was cut short";
    throw new FileFormatError(file, "the data", `${what}: ${fileBytes} bytes; expected ${at}`);
  }
}
