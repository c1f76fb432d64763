import { assert, assertEquals } from "@std/assert";
import { grad } from "../../autodiff/mod.ts";
import {
  compileReport,
  convGeneral,
  type ConvOptions,
  key,
  mul,
  normal,
  sum,
} from "../../core/mod.ts";
import { evaluate, setDevice, type Tensor } from "../../core/mod.ts";
import "../../mod.ts";

/** Shapes of x and w with the geometry between them. */
const CASES: readonly (readonly [x: number[], w: number[], options: ConvOptions])[] = [
  [[2, 3, 20], [4, 3, 3], { padding: 1 }],
  [[2, 4, 9, 33], [6, 4, 3, 5], { stride: 2, padding: [[1, 1], [2, 3]] }],
  [[1, 4, 7, 7], [6, 2, 3, 3], { groups: 2, rhsDilation: 2 }],
  [[2, 5, 18, 18], [5, 1, 3, 3], { groups: 5, padding: 1, stride: [1, 2] }],
  [[1, 2, 5, 6, 20], [3, 2, 2, 3, 3], { lhsDilation: [1, 2, 1] }],
  [[2, 3], [4, 3], {}],
];

for (const [xs, ws, options] of CASES) {
  Deno.test(`convGeneral: [${xs}] with [${ws}] compiles to products and agrees with the reference`, async () => {
    const [x, w] = [normal(key(0), xs), normal(key(1), ws)];
    const square = (x: Tensor, w: Tensor): Tensor => {
      const y = convGeneral(x, w, options);
      return sum(mul(y, y));
    };
    const run = async (device: "cpu" | "reference"): Promise<Float64Array[]> => {
      setDevice(device);
      const y = convGeneral(x, w, options);
      const [dx, dw] = grad(square, { argnums: [0, 1] })(x, w);
      await evaluate([y, dx, dw]);
      return await Promise.all([y, dx, dw].map(async (t) => Float64Array.from(await t.data())));
    };
    const expected = await run("reference");
    const found = await run("cpu");
    expected.forEach((values, i) => {
      const scale = Math.max(...values.map(Math.abs));
      const worst = Math.max(...values.map((v, j) => Math.abs(v - found[i]![j]!)));
      assert(worst <= 1e-5 * scale, `result ${i}: ${worst} of ${scale}`);
    });
  });
}

Deno.test("convGeneral: no host kernel, and no copy of the input on the way forward", async () => {
  setDevice("cpu");
  const conv = (x: Tensor, w: Tensor): Tensor => convGeneral(x, w, { padding: 1 });
  const report = await compileReport(conv)(
    normal(key(0), [1, 8, 32, 32]),
    normal(key(1), [8, 8, 3, 3]),
  );
  assertEquals(report.copies, 0);
  assertEquals(report.kernels.filter(({ kind }) => kind === "dot").length, 1);
  assertEquals(report.kernels.filter(({ kind }) => kind === "host").length, 0);
});
