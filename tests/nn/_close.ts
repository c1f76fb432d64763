import { assertEquals } from "@std/assert";
import type { Tensor } from "../../mod.ts";

/** Fails unless the elements are these, within `bound`. */
export async function assertClose(
  actual: Tensor,
  expected: readonly number[],
  bound = 1e-5,
): Promise<void> {
  const data = Array.from(await actual.data());
  const close = data.length === expected.length &&
    data.every((x, i) => Object.is(x, expected[i]) || Math.abs(x - expected[i]!) <= bound);
  if (!close) assertEquals(data, [...expected]);
}
