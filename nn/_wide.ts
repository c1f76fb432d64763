import { convert, type Tensor } from "../core/mod.ts";

/** Half precision is storage: `f` is computed in float32 and rounded once. */
export function inWide(x: Tensor, f: (wide: Tensor) => Tensor): Tensor {
  const half = x.dtype === "f16" || x.dtype === "bf16";
  return half ? convert(f(convert(x, "f32")), x.dtype) : f(x);
}
