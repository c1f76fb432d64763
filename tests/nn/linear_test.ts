import "../../mod.ts";
import { assertThrows } from "@std/assert";
import { setDevice, ShapeError, sum, type Tensor, tensor } from "../../mod.ts";
import { grad } from "../../autodiff/mod.ts";
import { conv1D, embedding, linear, unembed } from "../../nn/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

const weight = tensor([[1, 2], [3, 4], [5, 6]]);

Deno.test("linear: x Wᵀ + b over the last axis", async () => {
  const x = tensor([[[1, 0], [0, 1]]]);
  await assertClose(linear({ weight }, x), [1, 3, 5, 2, 4, 6]);
  await assertClose(linear({ weight, bias: tensor([1, 1, 1]) }, x), [2, 4, 6, 3, 5, 7]);
});

Deno.test("conv1D: a weight stored as [in, out]", async () => {
  await assertClose(conv1D({ weight, bias: tensor([10, 20]) }, tensor([1, 1, 0])), [14, 26]);
});

Deno.test("linear: a weight stored in bf16 gives what its input is", async () => {
  const narrow = tensor([[1, 2]], { dtype: "bf16" });
  await assertClose(linear({ weight: narrow }, tensor([3, 4])), [11]);
});

Deno.test("linear: refuses an input of another size", () => {
  assertThrows(() => linear({ weight }, tensor([1, 2, 3])), ShapeError, "side 1 of the weight");
  assertThrows(() => conv1D({ weight }, tensor([1, 2])), ShapeError, "side 0 of the weight");
});

Deno.test("embedding and unembed: rows of a table, and products with them", async () => {
  await assertClose(embedding({ weight }, tensor([2, 0], { dtype: "i32" })), [5, 6, 1, 2]);
  await assertClose(unembed({ weight }, tensor([1, 1])), [3, 7, 11]);
});

Deno.test("embedding: no gradient moves the row of padding", async () => {
  const ids = tensor([0, 1, 1], { dtype: "i32" });
  const f = (weight: Tensor): Tensor => sum(embedding({ weight }, ids, { paddingIndex: 1 }));
  await assertClose(grad(f)(weight), [1, 1, 0, 0, 0, 0]);
});
