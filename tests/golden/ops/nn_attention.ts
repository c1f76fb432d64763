import { swapAxes, type Tensor } from "../../../mod.ts";
import {
  attention,
  type AttentionOptions,
  ropeFrequencies,
  ropeRotation,
  rotateHalves,
  rotateNeighbours,
} from "../../../nn/mod.ts";
import { type Attrs, number, type OpTable } from "./_table.ts";

/** Attention and rotary positions. */
export const attentionOps: OpTable = {
  sdpa: (attrs, inputs) => {
    if (!alignsDiagonal(attrs, inputs, 2)) return null;
    return ([query, key, value, mask]) => [
      attention({ query: query!, key: key!, value: value! }, {
        ...optionsOf(attrs),
        ...(attrs["mask"] === "bool" && { mask }),
        ...(attrs["mask"] === "add" && { bias: mask }),
      }),
    ];
  },
  sdpa_bthd: (attrs, inputs) => {
    if (!alignsDiagonal(attrs, inputs, 1)) return null;
    return ([q, k, v, ...more]) => {
      const [query, key, value] = [swapAxes(q!, 1, 2), swapAxes(k!, 1, 2), swapAxes(v!, 1, 2)];
      const bias = attrs["bias"] ? more.shift() : undefined;
      const options = { ...optionsOf(attrs), bias, mask: attrs["mask"] ? more[0] : undefined };
      return [swapAxes(attention({ query, key, value }, options), 1, 2)];
    };
  },
  rope_half: (attrs) => ([x, positions]) => {
    return [rotated(rotateHalves, x!, positions!, attrs, x!.shape[3]!)];
  },
  rope_interleaved: (attrs) => ([x, positions]) => {
    return [rotated(rotateNeighbours, x!, positions!, attrs, number(attrs["rotary_dim"]))];
  },
};

/** Whether a causal mask starts in the corner: ours ends there, which differs for fewer queries. */
function alignsDiagonal(attrs: Attrs, inputs: readonly Tensor[], axis: number): boolean {
  return !attrs["causal"] || inputs[0]!.shape[axis] === inputs[1]!.shape[axis];
}

function optionsOf({ causal, scale }: Attrs): AttentionOptions {
  return { causal: Boolean(causal), ...(scale !== null && { scale: number(scale) }) };
}

/** x [B, T, H, K] with the first `size` entries of its heads turned. */
function rotated(
  rotate: typeof rotateHalves,
  x: Tensor,
  positions: Tensor,
  attrs: Attrs,
  size: number,
): Tensor {
  const frequencies = ropeFrequencies({ size, base: number(attrs["base"]) });
  const turned = rotate(swapAxes(x, 1, 2), ropeRotation(positions, frequencies));
  return swapAxes(turned, 1, 2);
}
