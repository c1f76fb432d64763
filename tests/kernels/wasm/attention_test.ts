import { assertEquals } from "@std/assert";
import "../../../mod.ts";
import { grad, vjp } from "../../../autodiff/mod.ts";
import { backendOf, type HostArray as Host, mul, sum, type Tensor } from "../../../mod.ts";
import { roundTo, traceClosed } from "../../../core/internal.ts";
import { attention } from "../../../nn/mod.ts";
import { requireAgreement } from "../../laws/backend_law.ts";
import {
  type AttentionCase,
  attentionFunction,
  attentionInputs,
  attentionTypes,
  requireAttention,
  requirePacked,
} from "../_attention_cases.ts";

const backend = backendOf("cpu");
await backend.init();

/** Shapes at which something in the blocks of 96 queries and 128 keys changes. */
const CASES: Readonly<Record<string, AttentionCase>> = {
  "one block of queries": { time: 40, source: 140, size: 8 },
  "several blocks, texts and heads": { batch: 2, heads: 2, time: 200, source: 260, size: 8 },
  "a task for every head of keys": { batch: 4, heads: 4, groups: 2, time: 140, size: 4 },
  "causal": { heads: 2, time: 230, size: 16, causal: true },
  "causal, more keys than queries": { time: 130, source: 300, size: 12, causal: true },
  "causal, more queries than keys": { time: 300, source: 130, size: 12, causal: true },
  "queries that share keys": { heads: 4, groups: 2, time: 131, size: 20, causal: true },
  "large heads": { time: 20, source: 150, size: 128 },
  "a mask": { batch: 2, heads: 2, time: 140, size: 8, mask: [2, 1, 140, 140] },
  "a mask of keys": { batch: 2, heads: 2, time: 130, size: 8, causal: true, mask: [2, 1, 1, 130] },
  "a mask of queries": { heads: 2, time: 130, size: 8, mask: [130, 1] },
  "a bias": { batch: 2, heads: 2, time: 129, size: 8, bias: [2, 129, 129] },
  "a bias of keys, and a mask": { time: 130, size: 8, bias: [130], mask: [130, 130] },
  "a bias of queries": { time: 130, size: 8, bias: [130, 1] },
};

for (const [name, one] of Object.entries(CASES)) {
  Deno.test(`attention: the blocks of the CPU agree with the reference on ${name}`, () => {
    requireAttention(backend, one);
  });
}

Deno.test("attention: the blocks of the CPU read and write heads in place", () => {
  requirePacked(backend, 140, 2, 8);
});

Deno.test("attention: gradients of a bias, and second derivatives, are products", () => {
  const one: AttentionCase = { heads: 2, time: 136, size: 4, causal: true, bias: [2, 1, 136] };
  const [query, key, value, ct, bias] = attentionInputs(one) as [Host, Host, Host, Host, Host];
  const attend = (query: Tensor, bias: Tensor, [key, value]: readonly Tensor[]): Tensor =>
    attention({ query, key: key!, value: value! }, { causal: true, bias });
  requireAgreement(
    backend,
    ([query, bias, ct, ...rest]) =>
      vjp((q: Tensor, b: Tensor) => attend(q, b, rest), [query!, bias!])[1](ct!),
    [query, bias, ct, key, value],
    2e-5,
  );
  requireAgreement(
    backend,
    ([query, bias, ct, ...rest]) => {
      const slope = (q: Tensor): Tensor => {
        const [y, pull] = vjp((q: Tensor) => attend(q, bias!, rest), [q]);
        return sum(mul(pull(mul(y, ct!))[0]!, ct!));
      };
      return [grad(slope)(query!)];
    },
    [query, bias, ct, key, value],
    2e-4,
  );
});

Deno.test("attention: halves are widened for the blocks", () => {
  const one: AttentionCase = { heads: 2, time: 140, size: 8, causal: true };
  const halves = attentionInputs(one).map((x): Host => {
    return { ...x, dtype: "bf16", data: roundTo(x.data, "bf16") };
  });
  const f = attentionFunction(one);
  const { report } = backend.compile(traceClosed(f, halves), halves.map(() => false));
  const kinds = report.kernels.map(({ kind }) => kind);
  assertEquals(kinds.filter((kind) => kind === "attention").length, 2);
  requireAgreement(backend, f, halves, 3e-2);
});

Deno.test("attention: without keys there is nothing to see", () => {
  const [query, key, value] = attentionInputs({ time: 3, source: 0, size: 4 }) as [
    Host,
    Host,
    Host,
  ];
  const f = ([query, key, value]: readonly Tensor[]): Tensor[] => [
    attention({ query: query!, key: key!, value: value! }),
  ];
  requireAgreement(backend, f, [query, key, value], 0);
});

Deno.test("attention: short texts are products and a softmax on the CPU", () => {
  const one = { heads: 2, time: 32, size: 8 };
  const types = attentionTypes(one);
  const graph = traceClosed(attentionFunction(one), types);
  const { report } = backend.compile(graph, types.map(() => false));
  assertEquals(report.kernels.some(({ kind }) => kind === "attention"), false);
});
