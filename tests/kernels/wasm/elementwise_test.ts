import { assertEquals, assertLess } from "@std/assert";
import { type DType, isFloat } from "../../../mod.ts";
import { ELEMENTWISE } from "../../../kernels/wasm/elementwise.ts";
import { BINARY, domain, DTYPES, elementwiseCase, ulp, UNARY } from "../_elementwise.ts";
import { runKernel } from "./_harness.ts";

/** Units in the last place that a function may be wrong by; 1 where it is not named. */
const ULPS: Record<string, number> = {
  tanh: 8,
  erf: 8,
  expm1: 6,
  log1p: 4,
  logistic: 4,
  exp: 2,
  tan: 4,
  erf_inv: 4,
};

function check(name: string, dtype: DType, columns: readonly (readonly number[])[]): void {
  const made = elementwiseCase(name, dtype, columns);
  if (!made) return;
  const got = runKernel(made.ir, made.buffers)[9]!;
  made.want.forEach((w, i) => {
    const g = got[i]!;
    const where = `${name} ${dtype} (${made.inputs.map((input) => input[i])}): ${g}, not ${w}`;
    if (!Number.isFinite(w) || !Number.isFinite(g) || !isFloat(made.dtype)) {
      return assertEquals(g, w, where);
    }
    if (w === 0 && !(name in ULPS)) assertEquals(g, w, where);
    assertLess(Math.abs(g - w), (ULPS[name] ?? 1) * 1.01 * ulp(w, made.dtype) + 1e-45, where);
  });
}

for (const name of UNARY) {
  Deno.test(`emitKernel: ${name} equals its evaluate on every dtype`, () => {
    assertEquals(ELEMENTWISE.has(name), true);
    for (const dtype of DTYPES) check(name, dtype, [domain(dtype)]);
  });
}

for (const name of BINARY) {
  Deno.test(`emitKernel: ${name} equals its evaluate on every dtype`, () => {
    assertEquals(ELEMENTWISE.has(name), true);
    for (const dtype of DTYPES) {
      const all = domain(dtype).filter((x) => !name.startsWith("shift") || x >= -1000);
      const pairs = all.flatMap((x) => all.map((y) => [x, y] as const));
      check(name, dtype, [pairs.map(([x]) => x), pairs.map(([, y]) => y)]);
    }
  });
}

Deno.test("emitKernel: sin and cos reduce large arguments exactly", () => {
  // 16367173 · 2⁷² is the f32 nearest to a multiple of π/2.
  const large = [2 ** 20, 1e7, 2 ** 55, 2 ** 87, 2 ** 119, 3.4e38, 16367173 * 2 ** 72];
  for (const name of ["sin", "cos"]) {
    check(name, "f32", [large.flatMap((x) => [x, -x, 0.5])]);
  }
});

Deno.test("emitKernel: tanh ends at 1, erf_inv at infinity", () => {
  check("tanh", "f32", [[7.9, 8, 8.1, 8.3, 8.6, 9, 9.02, 20].flatMap((x) => [x, -x])]);
  check("erf_inv", "f32", [[1e-30, 0.1, 0.2499, 0.2501, 0.9, 0.999, 1 - 2 ** -24, 1, 2]
    .flatMap((x) => [x, -x])]);
});
