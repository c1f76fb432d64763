/** Errors that carry what a program may want to know. Messages follow one form, see CONTRIBUTING.md. */

/** Operands whose shapes or dtypes do not fit an operation. */
export class ShapeError extends TypeError {
  /** "ShapeError". */
  override name = "ShapeError";
  /** Printed name of the operation. */
  readonly op: string;
  /** Shapes of the operands. */
  readonly shapes: readonly (readonly number[])[];

  /** An error of the operation `op` on operands of these shapes. */
  constructor(message: string, op: string, shapes: readonly (readonly number[])[]) {
    super(message);
    this.op = op;
    this.shapes = shapes;
  }
}

/** A tree whose structure is not the expected one; `path` is where. */
export class TreeError extends TypeError {
  /** "TreeError". */
  override name = "TreeError";
  /** Path of the first difference, such as "h.0.attn.c_attn.weight". */
  readonly path: string;

  /** An error at `path`. */
  constructor(message: string, path: string) {
    super(message);
    this.path = path;
  }
}

/** Something that a backend, a weight or a transformation has no rule for. */
export class UnsupportedError extends Error {
  /** "UnsupportedError". */
  override name = "UnsupportedError";
}
