import { bind } from "../bind.ts";
import { ShapeError } from "../errors.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import { type Aval, formatAval, type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { threefryHost } from "./_threefry_host.ts";
import { requireAlike } from "./_elementwise.ts";
import { broadcastFront } from "./broadcast_sum.ts";

/**
 * The random source is the block function Threefry-2x32 with 20 rounds, counter-based as in JAX with
 * partitionable keys: what comes out depends on the key and the index only.
 *
 * See Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
 */

/** Shape and dtype of the bits of one key. */
export type BitsParams = { readonly shape: Shape; readonly dtype: "u32" };

/** Block function on pairs of words: key [..., 2] and counter [..., 2] to [..., 2]. */
export const threefryP: Primitive<[Tensor, Tensor], [Tensor], null> = definePrimitive<
  [Tensor, Tensor],
  [Tensor],
  null
>({
  name: "threefry2x32",
  infer: ([key, counter]) => {
    requireKey("threefry2x32", key);
    requireAlike("threefry2x32", key, counter);
    return [key];
  },
  evaluate: ([key, counter]) => {
    const result = new Float64Array(key.data.length);
    for (let i = 0; i < result.length; i += 2) {
      const words = threefryHost(
        key.data[i]!,
        key.data[i + 1]!,
        counter.data[i]!,
        counter.data[i + 1]!,
      );
      result[i] = words[0];
      result[i + 1] = words[1];
    }
    return [result];
  },
  jvp: (inputs) => [bind(threefryP, inputs, null), [null]],
  batch: ([key, counter], [byKey, byCounter], _params, size) =>
    bind(threefryP, [
      byKey ? key : broadcastFront(key, size),
      byCounter ? counter : broadcastFront(counter, size),
    ], null),
});

/** 32 random bits for every element: key [..., 2] to [..., ...shape]. */
export const randomBitsP: Primitive<[Tensor], [Tensor], BitsParams> = definePrimitive<
  [Tensor],
  [Tensor],
  BitsParams
>({
  name: "random_bits",
  infer: ([key], { shape, dtype }) => {
    requireKey("random_bits", key);
    return [{ shape: [...key.shape.slice(0, -1), ...shape], dtype }];
  },
  evaluate: ([key], { shape }) => {
    const count = sizeOf(shape);
    const result = new Float64Array(key.data.length / 2 * count);
    for (let i = 0; i < result.length; i++) {
      const at = 2 * Math.floor(i / count);
      // A shape has fewer than 2³² elements, so the high word of the counter is 0.
      const [a, b] = threefryHost(key.data[at]!, key.data[at + 1]!, 0, i % count);
      result[i] = (a ^ b) >>> 0;
    }
    return [result];
  },
  jvp: (key, _tangents, params) => [bind(randomBitsP, key, params), [null]],
  batch: (key, _batched, params) => bind(randomBitsP, key, params),
});

function requireKey(name: string, key: Aval): void {
  if (key.dtype === "u32" && key.shape.at(-1) === 2) return;
  throw new ShapeError(
    `Cannot ${name} with the key ${formatAval(key)}: a key is two words, u32[..., 2]; ` +
      `make one with key(seed)`,
    name,
    [key.shape],
  );
}
