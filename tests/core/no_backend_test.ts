import { assertRejects } from "@std/assert";
import { add, tensor, UnsupportedError } from "../../core/mod.ts";

Deno.test("data: without a backend it says what to import", async () => {
  await assertRejects(
    () => add(tensor([1, 2]), 1).data(),
    UnsupportedError,
    "Cannot evaluate: no backend is registered; import mod.ts",
  );
});
