import { bind } from "../bind.ts";
import { cumulativeP } from "../primitives/cumulative.ts";
import type { CumulativeKind } from "../primitives/_cumulative_host.ts";
import { convert } from "../primitives/convert.ts";
import { reshape } from "../primitives/reshape.ts";
import { normalizeAxis, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { inWide } from "./_precision.ts";

/** Options of running operations. */
export type CumulativeOptions = {
  /** The axis to run along; the flattened operand by default. */
  readonly axis?: number;
  /** Run from the end. */
  readonly reverse?: boolean;
};

/** Running sum; bool is counted in i32. */
export function cumsum(x: Tensor, options: CumulativeOptions = {}): Tensor {
  return running("sum", x.dtype === "bool" ? convert(x, "i32") : x, options);
}

/** Running product; bool is taken as i32. */
export function cumprod(x: Tensor, options: CumulativeOptions = {}): Tensor {
  return running("prod", x.dtype === "bool" ? convert(x, "i32") : x, options);
}

/** Running maximum. */
export function cummax(x: Tensor, options: CumulativeOptions = {}): Tensor {
  return running("max", x, options);
}

/** Running minimum. */
export function cummin(x: Tensor, options: CumulativeOptions = {}): Tensor {
  return running("min", x, options);
}

/** Running ln Σ eˣ. */
export function cumlogsumexp(x: Tensor, options: CumulativeOptions = {}): Tensor {
  return inWide(x, (wide) => running("logsumexp", wide, options));
}

function running(kind: CumulativeKind, x: Tensor, options: CumulativeOptions): Tensor {
  const flat = options.axis === undefined ? reshape(x, [sizeOf(x.shape)]) : x;
  const axis = normalizeAxis(options.axis ?? 0, flat.shape.length, `cumulative ${kind}`);
  return bind(cumulativeP, [flat], { kind, axis, reverse: options.reverse ?? false })[0];
}
