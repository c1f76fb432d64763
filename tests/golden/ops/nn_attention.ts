import { swapAxes, type Tensor } from "../../../mod.ts";
import {
  alibiBias,
  attention,
  type AttentionOptions,
  bandMask,
  ropeFrequencies,
  ropeRotation,
  rotateHalves,
  rotateNeighbours,
} from "../../../nn/mod.ts";
import { type Attrs, number, type OpTable } from "./_table.ts";

/** Attention and rotary positions. */
export const attentionOps: OpTable = {
  alibi_bias: ({ heads, queries, keys }) => () => [
    alibiBias({ heads: number(heads), queries: number(queries), keys: number(keys) }),
  ],
  sdpa: (attrs) => ([query, key, value, mask]) => [
    attention({ query: query!, key: key!, value: value! }, {
      ...optionsOf(attrs),
      ...(attrs["mask"] === "bool" && { mask }),
      ...(attrs["mask"] === "add" && { bias: mask }),
    }),
  ],
  sdpa_bthd: (attrs) => ([q, k, v, ...more]) => {
    const [query, key, value] = [swapAxes(q!, 1, 2), swapAxes(k!, 1, 2), swapAxes(v!, 1, 2)];
    const bias = attrs["bias"] ? more.shift() : undefined;
    // The causal mask of this one begins in the corner, where ours ends.
    const corner = attrs["causal"]
      ? bandMask(query.shape[2]!, key.shape[2]!, { right: 0, offset: 0 })
      : undefined;
    const { scale } = optionsOf(attrs);
    const options = { ...(scale && { scale }), bias, mask: attrs["mask"] ? more[0] : corner };
    return [swapAxes(attention({ query, key, value }, options), 1, 2)];
  },
  rope_half: (attrs) => ([x, positions]) => {
    return [rotated(rotateHalves, x!, positions!, attrs, x!.shape[3]!)];
  },
  rope_interleaved: (attrs) => ([x, positions]) => {
    return [rotated(rotateNeighbours, x!, positions!, attrs, number(attrs["rotary_dim"]))];
  },
};

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
