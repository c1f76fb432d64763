import { convert, type Tensor } from "../core/mod.ts";

/** Half precision is storage: `f` is computed in float32 and rounded once. */
export function inWide(x: Tensor, f: (wide: Tensor) => Tensor): Tensor {
  const half = x.dtype === "f16" || x.dtype === "bf16";
  return half ? convert(f(convert(x, "f32")), x.dtype) : f(x);
}

/** `x` in the dtype that statistics and losses are computed in: float32, or float64 where given. */
export function widened(x: Tensor): Tensor {
  return convert(x, x.dtype === "f64" ? "f64" : "f32");
}
