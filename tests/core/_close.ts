import { assertEquals } from "@std/assert";
import type { Tensor } from "../../mod.ts";

/** Fails unless the shape and the elements are these, within `bound` of the larger of 1 and theirs. */
export async function assertClose(
  actual: Tensor,
  shape: readonly number[],
  expected: readonly number[],
  bound = 2e-6,
): Promise<void> {
  const data = Array.from(await actual.data());
  assertEquals(actual.shape, shape);
  const close = data.every((x, i) => {
    const y = expected[i]!;
    return Object.is(x, y) || Math.abs(x - y) <= bound * Math.max(1, Math.abs(y));
  });
  if (data.length !== expected.length || !close) assertEquals(data, [...expected]);
}
