import { assertEquals, assertThrows } from "@std/assert";
import { ones, setDevice, ShapeError, tensor, zeros } from "../../mod.ts";
import { fold, unfold } from "../../nn/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

const x = tensor([1, 2, 3, 4, 5, 6], { shape: [1, 1, 2, 3] });

Deno.test("unfold: blocks as columns", async () => {
  const y = unfold(x, { kernel: [2, 2] });
  assertEquals(y.shape, [1, 4, 2]);
  await assertClose(y, [1, 2, 2, 3, 4, 5, 5, 6]);
});

Deno.test("fold: adds up what overlaps", async () => {
  const y = fold(ones([1, 4, 2]), { kernel: 2, size: [2, 3] });
  await assertClose(y, [1, 2, 1, 1, 2, 1]);
  const options = { kernel: [1, 2], stride: [1, 2], padding: [0, 1], size: [2, 3] };
  const { size: _, ...rest } = options;
  await assertClose(fold(unfold(x, rest), options), [1, 2, 3, 4, 5, 6]);
});

Deno.test("fold and unfold: refuse what does not fit", () => {
  assertThrows(() => unfold(zeros([1, 2]), { kernel: 1 }), ShapeError, "Cannot unfold [1, 2]");
  assertThrows(
    () => fold(zeros([1, 4, 3]), { kernel: 2, size: [2, 3] }),
    ShapeError,
    "Cannot fold [1, 4, 3] to sides [2,3]: they unfold to [1, 4, 2]",
  );
});
