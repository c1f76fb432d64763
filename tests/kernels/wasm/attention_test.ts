import { assertEquals } from "@std/assert";
import "../../../mod.ts";
import { backendOf } from "../../../mod.ts";
import { traceClosed } from "../../../core/internal.ts";
import {
  type AttentionCase,
  attentionFunction,
  attentionTypes,
  requireAttention,
} from "../_attention_cases.ts";

const backend = backendOf("cpu");
await backend.init();

/** Shapes at which something in the blocks of 96 queries and 128 keys changes. */
const CASES: Readonly<Record<string, AttentionCase>> = {
  "one block": { time: 40, size: 8 },
  "several blocks, texts and heads": { batch: 2, heads: 2, time: 200, source: 260, size: 8 },
  "a task for every head of keys": { batch: 4, heads: 4, groups: 2, time: 100, size: 4 },
  "causal": { heads: 2, time: 230, size: 16, causal: true },
  "causal, more keys than queries": { time: 130, source: 300, size: 12, causal: true },
  "causal, more queries than keys": { time: 300, source: 130, size: 12, causal: true },
  "queries that share keys": { heads: 4, groups: 2, time: 131, size: 20, causal: true },
  "large heads": { time: 20, source: 520, size: 128 },
  "a mask": { batch: 2, heads: 2, time: 140, size: 8, mask: [2, 1, 140, 140] },
  "a mask of keys": { batch: 2, heads: 2, time: 100, size: 8, causal: true, mask: [2, 1, 1, 100] },
  "a mask of queries": { heads: 2, time: 100, size: 8, mask: [100, 1] },
  "a bias": { batch: 2, heads: 2, time: 100, size: 8, bias: [2, 100, 100] },
  "a bias of keys, and a mask": { time: 100, size: 8, bias: [100], mask: [100, 100] },
  "a bias of queries": { time: 100, size: 8, bias: [100, 1] },
};

for (const [name, one] of Object.entries(CASES)) {
  Deno.test(`attention: the blocks of the CPU agree with the reference on ${name}`, () => {
    requireAttention(backend, one);
  });
}

Deno.test("attention: short texts are products and a softmax on the CPU", () => {
  const one = { heads: 2, time: 32, size: 8 };
  const types = attentionTypes(one);
  const graph = traceClosed(attentionFunction(one), types);
  const { report } = backend.compile(graph, types.map(() => false));
  assertEquals(report.kernels.some(({ kind }) => kind === "attention"), false);
});
