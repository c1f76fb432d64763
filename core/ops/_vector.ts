import { ShapeError } from "../errors.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Throws unless `x` has one axis. */
export function requireVector(op: string, x: Tensor): void {
  if (x.shape.length === 1) return;
  throw new ShapeError(
    `Cannot ${op} ${formatShape(x.shape)}: it is no vector; reshape it`,
    op,
    [x.shape],
  );
}
