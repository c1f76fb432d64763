import { assertAlmostEquals, assertThrows } from "@std/assert";
import { exp, log, logSoftmax, setDevice, ShapeError, type Tensor, tensor } from "../../mod.ts";
import { grad } from "../../autodiff/mod.ts";
import {
  crossEntropy,
  klDivergence,
  negativeLogLikelihood,
  softCrossEntropy,
} from "../../nn/mod.ts";
import { checkGradient } from "../../testing/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

const logits = tensor([[1, 2, -1], [0, 3, 1]]);
const labels = tensor([1, 2], { dtype: "i32" });

Deno.test("negativeLogLikelihood and softCrossEntropy: agree with crossEntropy", async () => {
  const expected = await crossEntropy(logits, labels).item();
  assertAlmostEquals(
    await negativeLogLikelihood(logSoftmax(logits), labels).item(),
    expected,
    1e-6,
  );
  const onehot = tensor([[0, 1, 0], [0, 0, 1]]);
  assertAlmostEquals(await softCrossEntropy(logits, onehot).item(), expected, 1e-6);
});

Deno.test("negativeLogLikelihood: leaves ignored labels out", async () => {
  const ignored = tensor([1, -100], { dtype: "i32" });
  await assertClose(negativeLogLikelihood(logits, ignored), [-2]);
  await assertClose(negativeLogLikelihood(logits, ignored, { reduction: "none" }), [-2, 0]);
});

Deno.test("klDivergence: is 0 for equals, with and without logarithms, and where p is 0", async () => {
  const p = tensor([[0.5, 0.5, 0], [0.25, 0.25, 0.5]]);
  const q = tensor([[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]]);
  const expected = 0.5 * Math.log(2);
  const divergence = klDivergence(log(q), p, { reduction: "batchmean" });
  await assertClose(divergence, [expected / 2]);
  const logs = tensor([[-1, -2], [-3, -0.5]]);
  await assertClose(klDivergence(logs, logs, { logTarget: true }), [0]);
  const f = (p: Tensor): Tensor => klDivergence(log(q), p, { reduction: "sum" });
  await assertClose(grad(f)(p), [1, 1 + Math.log(2), 0, 1, 1, 1]);
});

Deno.test("likelihood losses: have the derivatives that differences say", async () => {
  await checkGradient((x: Tensor) => softCrossEntropy(x, exp(x)), [logits]);
  await checkGradient((x: Tensor) => klDivergence(x, exp(x)), [logits]);
});

Deno.test("likelihood losses: refuse shapes that differ", () => {
  assertThrows(() => softCrossEntropy(logits, labels), ShapeError, "the shapes differ");
  assertThrows(() => negativeLogLikelihood(labels, labels), ShapeError, "Cannot compare logits");
});
