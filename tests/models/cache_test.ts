import "../../mod.ts";
import { assertEquals } from "@std/assert";
import { setDevice, tensor } from "../../mod.ts";
import { advanceCache, capacityOf, emptyCache, growCache, writeCache } from "../../models/mod.ts";

setDevice("reference");

Deno.test("cache: writes at its position, advances and grows", async () => {
  const cache = emptyCache({ layers: 1, batch: 1, heads: 1, capacity: 3, size: 1 });
  const fresh = {
    key: tensor([1, 2], { shape: [1, 1, 2, 1] }),
    value: tensor([3, 4], { shape: [1, 1, 2, 1] }),
  };
  const once = advanceCache(cache, [writeCache(cache.layers[0]!, fresh, cache.position)], 2);
  assertEquals(await once.position.item(), 2);
  const grown = growCache(once, 5);
  assertEquals(capacityOf(grown), 5);
  const twice = writeCache(grown.layers[0]!, fresh, grown.position);
  assertEquals(Array.from(await twice.key.data()), [1, 2, 1, 2, 0]);
  assertEquals(Array.from(await twice.value.data()), [3, 4, 3, 4, 0]);
});
