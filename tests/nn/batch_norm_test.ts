import { assertEquals, assertThrows } from "@std/assert";
import { ones, setDevice, ShapeError, tensor, zeros } from "../../mod.ts";
import { grad, vmap } from "../../autodiff/mod.ts";
import { sum, type Tensor } from "../../mod.ts";
import { batchNorm, batchNormTraining } from "../../nn/mod.ts";
import { checkGradient } from "../../testing/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

const params = {
  weight: tensor([2]),
  bias: tensor([1]),
  running_mean: tensor([1]),
  running_var: tensor([4]),
};

Deno.test("batchNorm: uses the running statistics", async () => {
  await assertClose(batchNorm(params, tensor([[5], [1]]), { eps: 0 }), [5, 1]);
});

Deno.test("batchNormTraining: uses the batch and moves the running statistics", async () => {
  const tracked = { ...params, num_batches_tracked: tensor(3, { dtype: "i32" }) };
  const x = tensor([[[1, 3]], [[1, 3]]]);
  const { y, statistics } = batchNormTraining(tracked, x, { eps: 0, momentum: 0.5 });
  await assertClose(y, [-1, 3, -1, 3]);
  await assertClose(statistics.running_mean, [1.5]);
  await assertClose(statistics.running_var, [2 + 2 / 3]); // the unbiased variance is 4/3
  assertEquals(await statistics.num_batches_tracked!.item(), 4);
});

Deno.test("batchNormTraining: no gradient flows through the statistics", async () => {
  const f = (x: Tensor): Tensor => sum(batchNormTraining(params, x).statistics.running_mean);
  await assertClose(grad(f)(tensor([[1], [2]])), [0, 0]);
});

Deno.test("batchNormTraining: has the derivative that differences say, also batched", async () => {
  const x = tensor([[1, 2], [4, -1], [0.5, 3]]);
  const wide = { running_mean: zeros([2]), running_var: ones([2]) };
  await checkGradient((x: Tensor) => batchNormTraining(wide, x).y, [x]);
  const one = (x: Tensor): Tensor => batchNormTraining(params, x).y;
  assertEquals(vmap(one)(zeros([4, 3, 1])).shape, [4, 3, 1]);
});

Deno.test("batchNorm: refuses parameters that do not fit, and a batch of one element", () => {
  assertThrows(
    () => batchNorm(params, zeros([2, 3])),
    ShapeError,
    "Cannot normalize [2, 3]: parameters [1] do not fit its 3 channels",
  );
  assertThrows(
    () => batchNormTraining(params, zeros([1, 1])),
    ShapeError,
    "Cannot normalize [1, 1] by its batch: a channel has 1 elements",
  );
});
