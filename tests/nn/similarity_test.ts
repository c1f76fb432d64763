import { setDevice, sum, type Tensor, tensor } from "../../mod.ts";
import { grad } from "../../autodiff/mod.ts";
import { cosineSimilarity, l2Normalize } from "../../nn/mod.ts";
import { checkGradient } from "../../testing/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

Deno.test("l2Normalize: length one; a zero vector stays, with a finite derivative", async () => {
  const x = tensor([[3, 4], [0, 0]]);
  await assertClose(l2Normalize(x), [0.6, 0.8, 0, 0]);
  await assertClose(l2Normalize(x, { axis: 0 }), [1, 1, 0, 0]);
  const slope = grad((x: Tensor) => sum(l2Normalize(x, { eps: 0.5 })))(tensor([0, 0]));
  await assertClose(slope, [2, 2]);
});

Deno.test("cosineSimilarity: of parallel, opposite and orthogonal vectors", async () => {
  const y = cosineSimilarity(tensor([[1, 0], [-2, 0], [0, 3]]), tensor([[2, 0], [1, 0], [1, 0]]));
  await assertClose(y, [1, -1, 0]);
  await checkGradient((x: Tensor) => cosineSimilarity(x, tensor([1, 2])), [tensor([3, -1])]);
});
