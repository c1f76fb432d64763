import "../../mod.ts";
import {
  type AttentionCase,
  requireAttention,
  requirePacked,
} from "../kernels/_attention_cases.ts";
import { openBackend } from "./_adapter.ts";

const backend = await openBackend();

/** Shapes at which something in the kernels changes; large heads take a software adapter long. */
const CASES: Readonly<Record<string, AttentionCase>> = {
  "several texts, queries that share keys, uneven blocks": {
    batch: 2,
    heads: 4,
    groups: 2,
    time: 70,
    size: 8,
    causal: true,
  },
  "more keys than queries": { time: 33, source: 50, size: 8, causal: true },
  "more queries than keys": { time: 50, source: 33, size: 8, causal: true },
  "rows in uneven parts": { time: 18, size: 72 },
  "a mask": { batch: 2, heads: 2, time: 20, size: 8, mask: [2, 1, 20, 20] },
  "a mask of keys, causal": { batch: 2, heads: 2, time: 20, size: 8, causal: true, mask: [20] },
  "a bias": { batch: 2, heads: 2, time: 20, size: 8, bias: [2, 20, 20] },
};

for (const [name, one] of Object.entries(CASES)) {
  Deno.test({
    name: `attention: WebGPU's kernels agree with the reference on ${name}`,
    ignore: !backend,
    fn: () => requireAttention(backend!, one),
  });
}

Deno.test({
  name: "attention: WebGPU's kernels read and write heads in place",
  ignore: !backend,
  fn: () => requirePacked(backend!, 20, 2, 8),
});
