import { assertEquals, assertThrows } from "@std/assert";
import { setDevice, ShapeError, type Tensor, tensor, zeros } from "../../mod.ts";
import { groupNorm, instanceNorm } from "../../nn/mod.ts";
import { checkGradient } from "../../testing/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

const x = tensor([[[1, 3], [5, 9], [2, 2], [4, 0]]]); // [1, 4, 2]

Deno.test("groupNorm: normalizes over channels and positions of a group", async () => {
  const pairs = groupNorm({ weight: tensor([1, 1, 2, 2]), bias: tensor([0, 0, 1, 1]) }, x, {
    groups: 2,
  });
  const [a, b] = [Math.sqrt(35 / 4), Math.sqrt(2)]; // of 1, 3, 5, 9 and of 2, 2, 4, 0
  const expected = [-3.5 / a, -1.5 / a, 0.5 / a, 4.5 / a, 1, 1, 1 + 4 / b, 1 - 4 / b];
  await assertClose(pairs, expected, 1e-4);
  assertEquals(groupNorm({}, zeros([1, 2], { dtype: "bf16" }), { groups: 1 }).dtype, "bf16");
});

Deno.test("instanceNorm: normalizes each channel", async () => {
  await assertClose(instanceNorm({}, x), [-1, 1, -1, 1, 0, 0, 1, -1], 1e-4);
});

Deno.test("groupNorm: has the derivative that differences say", async () => {
  const f = (x: Tensor, weight: Tensor): Tensor => groupNorm({ weight }, x, { groups: 2 });
  await checkGradient(f, [x, tensor([1, 2, 3, 4])]);
});

Deno.test("groupNorm: refuses groups and parameters that do not fit", () => {
  assertThrows(
    () => groupNorm({}, x, { groups: 3 }),
    ShapeError,
    "Cannot normalize [1, 4, 2] in 3 groups: they must divide its 4 channels",
  );
  assertThrows(
    () => instanceNorm({ weight: zeros([3]) }, x),
    ShapeError,
    "parameters [3] do not fit its 4 channels",
  );
  assertThrows(() => instanceNorm({}, zeros([3])), ShapeError, "[B, C, ...] is needed");
});
