import { add, concatenate, dynamicUpdateSlice, type Tensor, zeros } from "../core/mod.ts";

/** Keys and values of one layer, [B, H, C, K] each. */
export type LayerCache = { readonly key: Tensor; readonly value: Tensor };

/**
 * Keys and values of the tokens seen so far, in buffers of a fixed capacity: what is beyond
 * `position` is not written yet. Fixed shapes mean that one program serves every step.
 */
export type Cache = {
  readonly layers: readonly LayerCache[];
  /** Columns written, an i32 scalar. */
  readonly position: Tensor;
};

/** Sizes of an empty cache. */
export type EmptyCacheOptions = {
  readonly layers: number;
  readonly batch: number;
  readonly heads: number;
  readonly capacity: number;
  readonly size: number;
  /** Default f32. */
  readonly dtype?: Tensor["dtype"];
};

/** A cache in which nothing is written. */
export function emptyCache(options: EmptyCacheOptions): Cache {
  const { layers, batch, heads, capacity, size, dtype = "f32" } = options;
  const empty = (): Tensor => zeros([batch, heads, capacity, size], { dtype });
  return {
    layers: Array.from({ length: layers }, () => ({ key: empty(), value: empty() })),
    position: zeros([], { dtype: "i32" }),
  };
}

/** The layer's cache with keys and values [B, H, T, K] written at `position`. */
export function writeCache(cache: LayerCache, fresh: LayerCache, position: Tensor): LayerCache {
  const starts = [0, 0, position, 0];
  return {
    key: dynamicUpdateSlice(cache.key, fresh.key, { starts }),
    value: dynamicUpdateSlice(cache.value, fresh.value, { starts }),
  };
}

/** A cache after `time` more columns were written into `layers`. */
export function advanceCache(cache: Cache, layers: readonly LayerCache[], time: number): Cache {
  return { layers, position: add(cache.position, time) };
}

/** Capacity of a cache. */
export function capacityOf(cache: Cache): number {
  return cache.layers[0]!.key.shape[2]!;
}

/** The same cache with room for `capacity` columns. */
export function growCache(cache: Cache, capacity: number): Cache {
  const grow = (x: Tensor): Tensor => {
    const [batch, heads, own, size] = x.shape as readonly [number, number, number, number];
    const room = zeros([batch, heads, capacity - own, size], { dtype: x.dtype });
    return concatenate([x, room], { axis: 2 });
  };
  return {
    layers: cache.layers.map(({ key, value }) => ({ key: grow(key), value: grow(value) })),
    position: cache.position,
  };
}
