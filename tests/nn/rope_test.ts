import "../../mod.ts";
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { setDevice, ShapeError, tensor } from "../../mod.ts";
import { ropeFrequencies, ropeRotation, rotateHalves, rotateNeighbours } from "../../nn/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

const frequencies = [Math.PI / 2, Math.PI];
const positions = tensor([[0, 1]], { dtype: "i32" });
const rotation = ropeRotation(positions, frequencies);
const x = tensor([1, 2, 3, 4, 9, 1, 2, 3, 4, 9], { shape: [1, 1, 2, 5] });

Deno.test("ropeFrequencies: fall from one by powers of the base", () => {
  assertEquals(ropeFrequencies({ size: 2, base: 10000 }), [1]);
  assertAlmostEquals(ropeFrequencies({ size: 4, base: 10000 })[1]!, 0.01);
});

Deno.test("rotateHalves: turns pairs (i, i + R/2) and leaves the rest", async () => {
  await assertClose(rotateHalves(x, rotation), [1, 2, 3, 4, 9, -3, -2, 1, -4, 9]);
});

Deno.test("rotateNeighbours: turns pairs (2i, 2i + 1) and leaves the rest", async () => {
  await assertClose(rotateNeighbours(x, rotation), [1, 2, 3, 4, 9, -2, 1, -3, -4, 9]);
});

Deno.test("rope: refuses heads that are too small", () => {
  const small = tensor([1, 2], { shape: [1, 1, 1, 2] });
  assertThrows(() => rotateHalves(small, rotation), ShapeError, "K at least 4");
});
