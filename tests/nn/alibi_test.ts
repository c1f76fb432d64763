import { assertThrows } from "@std/assert";
import { setDevice } from "../../mod.ts";
import { alibiBias, alibiSlopes } from "../../nn/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

Deno.test("alibiSlopes: powers of two, and every other of the next ones", async () => {
  await assertClose(alibiSlopes(2), [1 / 16, 1 / 256]);
  await assertClose(alibiSlopes(3), [1 / 16, 1 / 256, 1 / 4]);
  assertThrows(() => alibiSlopes(0), RangeError, "Cannot slope 0 heads");
});

Deno.test("alibiBias: falls with the distance, the last query being at the last key", async () => {
  const options = { heads: 1, queries: 2, keys: 3 };
  const slope = 1 / 256;
  const causal = [-slope, 0, -Infinity, -2 * slope, -slope, 0];
  await assertClose(alibiBias(options), causal);
  const open = [-slope, 0, slope, -2 * slope, -slope, 0];
  await assertClose(alibiBias({ ...options, causal: false }), open);
});
