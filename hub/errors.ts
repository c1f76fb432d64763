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
