import { lessEqual, mean, sqrt, square, sum, type Tensor, where } from "../core/mod.ts";
import { widen } from "./moments.ts";

/** √(Σ x²) of one leaf, in float32. */
export function leafNorm(x: Tensor): Tensor {
  return sqrt(sum(square(widen(x))));
}

/** √(mean x²) of one leaf, in float32. */
export function leafRms(x: Tensor): Tensor {
  return sqrt(mean(square(widen(x))));
}

/** `size`, but at least `least`; its derivative is 0 below, where that of a root is not finite. */
export function atLeast(size: Tensor, least: number): Tensor {
  return where(lessEqual(size, least), least, size);
}
