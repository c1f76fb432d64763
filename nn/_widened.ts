import { convert, type Tensor } from "../core/mod.ts";

/** `x` in the dtype that statistics and losses are computed in: float32, or float64 where given. */
export function widened(x: Tensor): Tensor {
  return convert(x, x.dtype === "f64" ? "f64" : "f32");
}
