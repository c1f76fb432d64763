import { assertThrows } from "@std/assert";
import * as g from "../../mod.ts";
import { assertClose } from "../core/_close.ts";

g.setDevice("reference");

const a = g.tensor([0.05, 2.5, 20, 1000]);
const x = g.tensor([0.01, 2, 15, 990]);

// Expected numbers: scipy.special.
Deno.test("igamma, igammac: by series and by continued fraction, also for large parameters", async () => {
  await assertClose(g.igamma(a, x), [4], [0.81555981, 0.45058405, 0.12478122, 0.37952138]);
  await assertClose(g.igammac(a, g.mul(x, 1.5)), [4], [
    0.16793439,
    0.30621892,
    0.27054435,
    3.2066897e-41,
  ]);
  await assertClose(g.igamma(1, g.tensor([0, Infinity, NaN])), [3], [0, 1, NaN]);
});

Deno.test("igamma: has derivatives in both operands", async () => {
  const slopes = g.grad((a: g.Tensor, x: g.Tensor) => g.sum(g.igamma(a, x)), { argnums: [0, 1] });
  const [da, dx] = slopes(a, x);
  await assertClose(da, [4], [-3.3571508, -0.27455132, -0.048513768, -0.012057749], 1e-5);
  await assertClose(dx, [4], [4.0391427, 0.28795182, 0.055747073, 0.012116525]);
});

Deno.test("polygamma: of order 0 to 2", async () => {
  await assertClose(g.polygamma(g.tensor(1), 0), [], [-0.57721566]);
  await assertClose(g.polygamma(g.tensor(1), 1), [], [1.64493407]);
  await assertClose(g.polygamma(g.tensor(1), 2), [], [-2.40411381]);
  assertThrows(() => g.polygamma(g.tensor(1), -1), RangeError, "Cannot polygamma of order -1");
});
