import "../../mod.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { setDevice, ShapeError, tensor } from "../../mod.ts";
import { layerNorm } from "../../nn/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

Deno.test("layerNorm: zero mean and unit variance, then gain and bias", async () => {
  const x = tensor([[1, 3], [5, 5]]);
  await assertClose(layerNorm({}, x), [-1, 1, 0, 0]);
  const params = { weight: tensor([2, 2]), bias: tensor([1, 0]) };
  await assertClose(layerNorm(params, x), [-1, 2, 1, 0], 1e-4);
});

Deno.test("layerNorm: a large mean does not cancel the variance", async () => {
  await assertClose(layerNorm({}, tensor([4096, 4098])), [-1, 1], 1e-4);
});

Deno.test("layerNorm: keeps the dtype and refuses another width", () => {
  assertEquals(layerNorm({}, tensor([1, 2], { dtype: "f16" })).dtype, "f16");
  assertThrows(
    () => layerNorm({ weight: tensor([1]) }, tensor([1, 2])),
    ShapeError,
    "parameters [1]",
  );
});

Deno.test("layerNorm: over several axes, as the parameters or the option say", async () => {
  const x = tensor([[[1, 3], [3, 1]]]);
  await assertClose(layerNorm({}, x, { trailing: 2 }), [-1, 1, 1, -1], 1e-4);
  const params = { weight: tensor([[1, 2], [3, 4]]) };
  await assertClose(layerNorm(params, x), [-1, 2, 3, -4], 1e-4);
  assertThrows(() => layerNorm({}, x, { trailing: 4 }), ShapeError, "over 4 axes: it has 3");
});
