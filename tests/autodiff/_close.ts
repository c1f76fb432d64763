import "./_reference.ts";
import { assertEquals } from "@std/assert";
import { type Tensor, tensor, type TensorLike } from "../../core/mod.ts";

/** An f64 tensor: derivatives are compared in the reference backend's precision. */
export function f64(value: TensorLike): Tensor {
  return tensor(value, { dtype: "f64" });
}

/** Asserts that the elements are near the expected ones. */
export async function assertClose(
  actual: Tensor,
  expected: Tensor | readonly number[],
  tolerance = 1e-9,
): Promise<void> {
  const got = Array.from(await actual.data());
  const want = expected instanceof Array ? expected : Array.from(await expected.data());
  const near = got.length === want.length &&
    got.every((x, i) => Math.abs(x - want[i]!) <= tolerance * (1 + Math.abs(want[i]!)));
  if (!near) assertEquals(got, [...want]);
}
