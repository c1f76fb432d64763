import * as g from "../../mod.ts";
import { assertClose } from "./_close.ts";

g.setDevice("reference");

// Expected numbers: scipy.special.
Deno.test("logit, xlog1py, betaLog", async () => {
  await assertClose(g.logit(g.tensor(0.3)), [], [-0.84729786]);
  await assertClose(g.xlog1py(g.tensor([2, 0]), g.tensor([0.5, -1])), [2], [0.81093022, 0]);
  await assertClose(g.betaLog(2, 3.5), [], [-2.75684037]);
});

Deno.test("entropyTerm, relativeEntropyTerm: at and beyond 0", async () => {
  await assertClose(g.entropyTerm(g.tensor([0, 0.5, -1])), [3], [0, 0.34657359, -Infinity]);
  const terms = g.relativeEntropyTerm(g.tensor([0, 0.5, 1, 0]), g.tensor([0.5, 0.25, 0, -1]));
  await assertClose(terms, [4], [0, 0.34657359, Infinity, Infinity]);
});

Deno.test("normalCdf, normalQuantile, logNormalCdf: far below 0 too", async () => {
  await assertClose(g.normalCdf(g.tensor([-1, 0.5])), [2], [0.15865525, 0.69146246]);
  await assertClose(g.normalQuantile(g.tensor(0.3)), [], [-0.52440051]);
  const x = g.tensor([-20, -8.5, -7.9, -1, 3]);
  const expected = [-203.917155, -39.1973964, -34.2062282, -1.84102165, -0.00135080996];
  await assertClose(g.logNormalCdf(x), [5], expected);
  const slopes = g.grad((y: g.Tensor) => g.sum(g.logNormalCdf(y)))(g.tensor([-20, -1]));
  await assertClose(slopes, [2], [20.0497533, 1.52513528], 1e-5);
});
