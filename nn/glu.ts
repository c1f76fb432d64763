import { mul, sigmoid, split, type Tensor } from "../core/mod.ts";

/**
 * Gated linear unit: the first half of an axis times the sigmoid of the second.
 *
 * @param x [..., 2 F]
 * @param options `axis`: the one that is halved, the last by default
 * @returns [..., F]
 * @throws {ShapeError} if the side is odd
 * @see Dauphin et al. 2016, arXiv:1612.08083
 */
export function glu(x: Tensor, options: { readonly axis?: number } = {}): Tensor {
  const [value, gate] = split(x, { sections: 2, axis: options.axis ?? -1 });
  return mul(value!, sigmoid(gate!));
}
