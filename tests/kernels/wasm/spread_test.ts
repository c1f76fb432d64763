import { assert, assertEquals } from "@std/assert";
import { spreadOf } from "../../../kernels/wasm/spread.ts";

Deno.test("spreadOf: every tile is met once, and none right after a neighbour", () => {
  for (let count = 1; count <= 400; count++) {
    const order = Array.from({ length: count }, (_, i) => i * spreadOf(count) % count);
    assertEquals(new Set(order).size, count);
    if (count < 7) continue;
    order.slice(1).forEach((tile, i) => {
      assert(Math.abs(tile - order[i]!) > 1, `${count} tiles: ${order[i]} before ${tile}`);
    });
  }
});
