import { ShapeError } from "../errors.ts";
import type { Operand } from "../primitives/_binary.ts";
import { broadcastInDim, sumAxes } from "../primitives/broadcast_sum.ts";
import { equal } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import { iota } from "../primitives/iota.ts";
import { reshape } from "../primitives/reshape.ts";
import { where } from "../primitives/select.ts";
import { padZeros, sliceAxis, sliceBy } from "../primitives/slice_pad.ts";
import { moveAxis } from "../primitives/transpose.ts";
import { formatShape, normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Which two axes span the matrices, and how far above the main one a diagonal lies. */
export type DiagonalOptions = {
  readonly offset?: number;
  readonly axis1?: number;
  readonly axis2?: number;
};

/** Diagonals of the matrices that two axes span (default: the first two), as the last axis. */
export function diagonal(x: Tensor, options: DiagonalOptions = {}): Tensor {
  const { offset = 0 } = options;
  const rank = x.shape.length;
  const first = normalizeAxis(options.axis1 ?? 0, rank, "diagonal");
  const second = normalizeAxis(options.axis2 ?? 1, rank, "diagonal");
  const moved = moveAxis(x, [first, second], [-2, -1]);
  const [m, n] = moved.shape.slice(-2) as [number, number];
  const lead = moved.shape.slice(0, -2);
  const length = Math.max(0, Math.min(m + Math.min(0, offset), n - Math.max(0, offset)));
  if (length === 0) {
    return reshape(sliceAxis(flat(moved), { axis: rank - 2, start: 0, stop: 0 }), [
      ...lead,
      0,
    ]);
  }
  const start = offset >= 0 ? offset : -offset * n;
  const whole = flat(moved);
  const zeros = lead.map(() => 0);
  return sliceBy(whole, {
    start: [...zeros, start],
    stop: [...lead, start + (length - 1) * (n + 1) + 1],
    step: [...lead.map(() => 1), n + 1],
  });
}

/** [..., M, N] to [..., M·N]. */
function flat(x: Tensor): Tensor {
  const [m, n] = x.shape.slice(-2) as [number, number];
  return reshape(x, [...x.shape.slice(0, -2), m * n]);
}

/** A matrix with the vector `x` on diagonal `k`; of a matrix, that diagonal. */
export function diag(x: Tensor, options: { readonly k?: number } = {}): Tensor {
  const { k = 0 } = options;
  if (x.shape.length === 2) return diagonal(x, { offset: k });
  if (x.shape.length !== 1) {
    throw new ShapeError(
      `Cannot diag ${formatShape(x.shape)}: it takes a vector or a matrix; use diagonal`,
      "diag",
      [x.shape],
    );
  }
  const n = x.shape[0]!;
  const side = n + Math.abs(k);
  if (n === 0) return broadcastInDim(sumAxes(x, [0]), { shape: [side, side], dims: [] });
  // Elements side + 1 apart lie on one diagonal.
  const before = k >= 0 ? k : -k * side;
  const after = side * side - before - ((n - 1) * (side + 1) + 1);
  return reshape(padZeros(x, { low: [before], high: [after], interior: [side] }), [side, side]);
}

/** `x` with `value` on the main diagonal of its last two axes. */
export function fillDiagonal(x: Tensor, value: Operand): Tensor {
  const rank = x.shape.length;
  const row = iota(x.shape, { axis: rank - 2, dtype: "i32" });
  const filled = where(equal(row, iota(x.shape, { axis: rank - 1, dtype: "i32" })), value, x);
  return convert(filled, x.dtype);
}

/** Sum of a diagonal of the matrices that two axes span (default: the first two). */
export function traceOf(x: Tensor, options: DiagonalOptions = {}): Tensor {
  const line = diagonal(x, options);
  return sumAxes(line, [line.shape.length - 1]);
}
