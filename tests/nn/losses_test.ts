import "../../mod.ts";
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { grad } from "../../autodiff/mod.ts";
import { key, normal, setDevice, ShapeError, type Tensor, tensor } from "../../mod.ts";
import {
  binaryCrossEntropy,
  causalLmLoss,
  chunkedCrossEntropy,
  crossEntropy,
  dropout,
  dropoutBy,
  huberLoss,
  meanAbsoluteError,
  meanSquaredError,
  shiftLabels,
  smoothL1Loss,
  unembed,
} from "../../nn/mod.ts";
import { checkGradient } from "../../testing/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

const ids = (values: readonly number[] | readonly (readonly number[])[]): Tensor =>
  tensor(values, { dtype: "i32" });

Deno.test("crossEntropy: the mean over labels that count", async () => {
  const logits = tensor([[Math.log(3), 0], [0, 0], [7, 9]]);
  const loss = await crossEntropy(logits, ids([0, 1, -100])).item();
  assertAlmostEquals(loss, (Math.log(4 / 3) + Math.log(2)) / 2, 1e-6);
  const other = await crossEntropy(logits, ids([0, 5, 5]), { ignoreIndex: 5 }).item();
  assertAlmostEquals(other, Math.log(4 / 3), 1e-6);
});

Deno.test("crossEntropy: its gradient is softmax minus the target, and none where ignored", async () => {
  const labels = ids([1, -100]);
  const g = grad((x: Tensor) => crossEntropy(x, labels))(tensor([[0, 0], [3, 4]]));
  await assertClose(g, [0.5, -0.5, 0, 0]);
});

Deno.test("crossEntropy: label smoothing mixes in an even target", async () => {
  const loss = crossEntropy(tensor([[2, 0]]), ids([0]), { labelSmoothing: 0.5 });
  assertAlmostEquals(await loss.item(), Math.log(Math.exp(2) + 1) - 1.5, 1e-6);
});

Deno.test("crossEntropy: no label that counts gives NaN, other shapes an error", async () => {
  assertEquals(await crossEntropy(tensor([[1, 2]]), ids([-100])).item(), NaN);
  assertThrows(() => crossEntropy(tensor([[1, 2]]), ids([0, 1])), ShapeError, "without the last");
});

Deno.test("crossEntropy: class weights, in the mean too, and other reductions", async () => {
  const logits = tensor([[Math.log(3), 0], [0, 0], [7, 9]]);
  const labels = ids([0, 1, -100]);
  const weight = tensor([3, 1]);
  const [first, second] = [Math.log(4 / 3), Math.log(2)];
  await assertClose(crossEntropy(logits, labels, { reduction: "none" }), [first, second, 0]);
  await assertClose(crossEntropy(logits, labels, { reduction: "sum" }), [first + second]);
  await assertClose(crossEntropy(logits, labels, { weight }), [(3 * first + second) / 4]);
  const smooth = { weight, labelSmoothing: 0.5, reduction: "sum" } as const;
  await checkGradient((x: Tensor) => crossEntropy(x, labels, smooth), [logits]);
  const says = "Cannot weigh logits [3, 2] with [3]: one weight for each of the 2 classes";
  const wrong = tensor([1, 1, 1]);
  assertThrows(() => crossEntropy(logits, labels, { weight: wrong }), ShapeError, says);
});

Deno.test("causalLmLoss: position t predicts label t + 1", async () => {
  const logits = tensor([[[Math.log(3), 0], [0, 0], [5, 5]]]);
  const loss = await causalLmLoss(logits, ids([[1, 0, 1]])).item();
  assertAlmostEquals(loss, (Math.log(4 / 3) + Math.log(2)) / 2, 1e-6);
  await assertClose(shiftLabels(ids([[1, 0, 1]])), [0, 1, -100]);
});

Deno.test("causalLmLoss: logits of virtual tokens in front do not count", async () => {
  const logits = tensor([[[9, 1], [Math.log(3), 0], [5, 5]]]);
  const loss = await causalLmLoss(logits, ids([[-100, 0]])).item();
  assertAlmostEquals(loss, Math.log(4 / 3), 1e-6);
});

Deno.test("chunkedCrossEntropy: the same loss and gradient as in one piece", async () => {
  const table = normal(key(0), [7, 3]);
  const hidden = normal(key(1), [5, 3]);
  const labels = ids([0, 6, -100, 2, 3]);
  const whole = (h: Tensor): Tensor => crossEntropy(unembed({ weight: table }, h), labels);
  const parts = (h: Tensor): Tensor =>
    chunkedCrossEntropy(h, labels, { unembed: (x) => unembed({ weight: table }, x), chunk: 2 });
  assertAlmostEquals(await parts(hidden).item(), await whole(hidden).item(), 1e-6);
  await assertClose(grad(parts)(hidden), Array.from(await grad(whole)(hidden).data()));
  assertThrows(
    () => chunkedCrossEntropy(hidden, labels, { unembed: (x) => x, chunk: 0 }),
    RangeError,
    "chunks of 0",
  );
});

Deno.test("dropout: keeps the mean, depends on the key, is nothing without one", async () => {
  const x = tensor(new Float32Array(1000).fill(1));
  const y = await dropout(x, { rate: 0.25, key: key(0) }).data();
  const kept = y.filter((v) => v !== 0);
  assertEquals([...new Set(kept)].length, 1);
  assertAlmostEquals(kept[0]!, 4 / 3, 1e-6);
  assertAlmostEquals(kept.length / 1000, 0.75, 0.05);
  assertEquals(await dropout(x, { rate: 0.25, key: key(0) }).data(), y);
  assertEquals(dropout(x, { rate: 0.5 }), x);
  assertThrows(() => dropout(x, { rate: 1 }), RangeError, "rate 1");
});

Deno.test("meanSquaredError and binaryCrossEntropy: means over all elements", async () => {
  const x = tensor([[1, -2]]);
  assertAlmostEquals(await meanSquaredError(x, tensor([[0, 0]])).item(), 2.5, 1e-6);
  const loss = await binaryCrossEntropy(x, tensor([[1, 0]])).item();
  const expected = (Math.log(1 + Math.exp(-1)) + Math.log(1 + Math.exp(-2))) / 2;
  assertAlmostEquals(loss, expected, 1e-6);
  assertThrows(() => meanSquaredError(x, tensor([1])), ShapeError, "the shapes differ");
});

Deno.test("dropoutBy: keeps what the mask keeps", async () => {
  const kept = tensor([true, false]);
  await assertClose(dropoutBy(tensor([3, 3]), kept, { rate: 0.25 }), [4, 0]);
  assertThrows(() => dropoutBy(tensor([3]), kept, { rate: -1 }), RangeError, "rate -1");
});

Deno.test("binaryCrossEntropy: weighs yes, and has the right derivative at 0", async () => {
  const targets = tensor([1, 0]);
  const slope = grad((x: Tensor) => binaryCrossEntropy(x, targets, { reduction: "sum" }));
  await assertClose(slope(tensor([0, 0])), [-0.5, 0.5]);
  const weighted = binaryCrossEntropy(tensor([0, 0]), targets, {
    posWeight: tensor(3),
    reduction: "none",
  });
  await assertClose(weighted, [3 * Math.LN2, Math.LN2]);
});

Deno.test("meanAbsoluteError, huberLoss and smoothL1Loss: near and far from the target", async () => {
  const [x, y] = [tensor([0, 0.5, -3]), tensor([0, 0, 0])];
  await assertClose(meanAbsoluteError(x, y), [3.5 / 3]);
  await assertClose(huberLoss(x, y, { delta: 2, reduction: "none" }), [0, 0.125, 4]);
  await assertClose(smoothL1Loss(x, y, { beta: 2, reduction: "none" }), [0, 0.0625, 2]);
  await assertClose(smoothL1Loss(x, y, { beta: 0, reduction: "none" }), [0, 0.5, 3]);
  const slope = grad((x: Tensor) => meanAbsoluteError(x, y, { reduction: "sum" }));
  await assertClose(slope(x), [0, 1, -1]);
});
