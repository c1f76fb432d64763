import { assertEquals, assertLess } from "@std/assert";
import { type DType, isFloat } from "../../mod.ts";
import { ELEMENTWISE } from "../../kernels/webgpu/wgsl/mod.ts";
import { BINARY, domain, DTYPES, elementwiseCase, ulp, UNARY } from "../kernels/_elementwise.ts";
import { runKernel } from "./_kernel.ts";
import { openDevice } from "./_product.ts";

/** Units in the last place that a function may be wrong by; 1 where it is not named. */
const ULPS: Readonly<Record<string, number>> = {
  div: 3, // what WGSL promises for a quotient
  sqrt: 3,
  rsqrt: 4,
  exp: 2,
  expm1: 8,
  log: 3,
  log1p: 4,
  tanh: 8,
  logistic: 5,
  erf: 8,
  erf_inv: 6,
  sin: 2,
  cos: 2,
  tan: 6,
};

/** Numbers below the least normal one may come out as 0, and be taken as 0. */
const TINY = 2 ** -126;

const device = await openDevice();

async function check(
  name: string,
  dtype: DType,
  columns: readonly (readonly number[])[],
): Promise<void> {
  const made = elementwiseCase(name, dtype, columns);
  if (!made || !device) return;
  const got = (await runKernel(device, made.ir, made.buffers))[9]!;
  made.want.forEach((w, i) => {
    const operands = made.inputs.map((input) => input[i]!);
    const isFlushed = isFloat(dtype) && operands.some((x) => x !== 0 && Math.abs(x) < TINY);
    if (isFlushed) return;
    const g = got[i]!;
    const where = `${name} ${dtype} (${operands}): ${g}, not ${w}`;
    if (!Number.isFinite(w) || !Number.isFinite(g) || !isFloat(made.dtype)) {
      return assertEquals(g, w, where);
    }
    const units = (ULPS[name] ?? 1) * 1.01 * ulp(w, made.dtype);
    assertLess(Math.abs(g - w), Math.max(units, Math.abs(w) < TINY ? TINY : 0), where);
  });
}

for (const name of UNARY) {
  Deno.test(`printKernel: ${name} equals its evaluate on every dtype`, async () => {
    assertEquals(ELEMENTWISE.has(name), true);
    for (const dtype of DTYPES) await check(name, dtype, [domain(dtype)]);
  });
}

for (const name of BINARY) {
  Deno.test(`printKernel: ${name} equals its evaluate on every dtype`, async () => {
    assertEquals(ELEMENTWISE.has(name), true);
    for (const dtype of DTYPES) {
      const all = domain(dtype).filter((x) => !name.startsWith("shift") || x >= -1000);
      const pairs = all.flatMap((x) => all.map((y) => [x, y] as const));
      await check(name, dtype, [pairs.map(([x]) => x), pairs.map(([, y]) => y)]);
    }
  });
}

Deno.test("printKernel: sin and cos reduce large arguments exactly", async () => {
  // 16367173 · 2⁷² is the f32 nearest to a multiple of π/2.
  const large = [2 ** 20, 1e7, 2 ** 55, 2 ** 87, 2 ** 119, 3.4e38, 16367173 * 2 ** 72];
  for (const name of ["sin", "cos"]) await check(name, "f32", [large.flatMap((x) => [x, -x, 0.5])]);
});
