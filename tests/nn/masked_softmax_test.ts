import { setDevice, type Tensor, tensor } from "../../mod.ts";
import { maskedSoftmax } from "../../nn/mod.ts";
import { checkGradient } from "../../testing/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

const mask = tensor([[true, true, false], [false, false, false]]);

Deno.test("maskedSoftmax: over what is seen; a row that sees nothing is zero", async () => {
  const x = tensor([[0, 0, 9], [1, 2, 3]]);
  await assertClose(maskedSoftmax(x, mask), [0.5, 0.5, 0, 0, 0, 0]);
  await checkGradient((x: Tensor) => maskedSoftmax(x, mask), [x]);
});
