/** A file that is not what it should be; says which file, which field of it and what was expected. */
export class FileFormatError extends Error {
  /** "FileFormatError". */
  override name = "FileFormatError";
  /** Path of the file, or what the bytes were called. */
  readonly file: string;
  /** The field that is wrong, such as "h.0.attn.c_attn.weight.data_offsets". */
  readonly field: string;

  /** `found` ends the sentence that begins with the file and the field. */
  constructor(file: string, field: string, found: string) {
    super(`Cannot read "${file}": ${field} ${found}`);
    this.file = file;
    this.field = field;
  }
}

/** A file that cannot be written, with the failure as its cause. What was there before still is. */
export class WriteError extends Error {
  /** "WriteError". */
  override name = "WriteError";
}

/** The error of the operating system in opening or reading `path`, as one about the file. */
export function cannotRead(path: string, error: unknown): unknown {
  if (error instanceof Deno.errors.NotFound) {
    return new FileFormatError(path, "the file", "does not exist");
  }
  if (error instanceof Deno.errors.IsADirectory) {
    return new FileFormatError(path, "the path", "is a folder; a file is expected");
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new FileFormatError(path, "the file", "may not be read by this user");
  }
  return error;
}
