import "../../mod.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { setDevice, ShapeError, tensor } from "../../mod.ts";
import { rmsNorm } from "../../nn/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

Deno.test("rmsNorm: unit mean square, times the gain", async () => {
  const y = rmsNorm({ weight: tensor([1, 2]) }, tensor([[1, 7], [0, 0]]));
  await assertClose(y, [0.2, 2.8, 0, 0]);
});

Deno.test("rmsNorm: keeps the dtype and refuses another width", () => {
  const weight = tensor([1, 1]);
  assertEquals(rmsNorm({ weight }, tensor([1, 2], { dtype: "bf16" })).dtype, "bf16");
  assertThrows(() => rmsNorm({ weight }, tensor([1])), ShapeError, "parameters [2]");
});
