import { assertEquals, assertThrows } from "@std/assert";
import {
  applyWeight,
  defineWeight,
  dense,
  jit,
  mul,
  setDevice,
  STRUCTURED,
  type StructuredWeight,
  type Tensor,
  tensor,
  UnsupportedError,
  unsupportedUse,
  type Weight,
  weightShape,
} from "../../mod.ts";
import { linear } from "../../nn/mod.ts";

setDevice("reference");

let traces = 0;

const scaled = defineWeight<{ base: Weight }, { s: number }>("test/scaled", {
  apply: ({ base }, x, use, { s }) => {
    traces++;
    if (use.kind === "conv") throw unsupportedUse("test/scaled", use);
    return mul(s, applyWeight(base, x, use));
  },
  dense: ({ base }, { s }) => mul(s, dense(base)),
  shape: ({ base }) => weightShape(base),
});

Deno.test("structured weights: nest, apply and become dense", async () => {
  const weight = scaled({ base: scaled({ base: tensor([[1, 2], [3, 4]]) }, { s: 2 }) }, { s: 5 });
  assertEquals(weightShape(weight), [2, 2]);
  assertEquals([...await dense(weight).data()], [10, 20, 30, 40]);
  assertEquals([...await linear({ weight }, tensor([1, 1])).data()], [30, 70]);
});

Deno.test("structured weights: pass through jit, their settings being part of its key", async () => {
  const f = jit((weight: StructuredWeight, x: Tensor) => linear({ weight }, x));
  const of = (w: number, s: number) => scaled({ base: tensor([[w]]) }, { s });
  assertEquals(await f(of(3, 2), tensor([1])).item(), 6);
  const before = traces;
  assertEquals(await f(of(4, 2), tensor([1])).item(), 8);
  assertEquals(traces, before);
  assertEquals(await f(of(4, 3), tensor([1])).item(), 12);
  assertEquals(traces, before + 1);
});

Deno.test("structured weights: a use without a rule, and a kind that nobody defined", () => {
  const weight = scaled({ base: tensor([[1]]) }, { s: 1 });
  const use = { kind: "conv", stride: [1], padding: [[0, 0]], dilation: [1], groups: 1 } as const;
  assertThrows(
    () => applyWeight(weight, tensor([[1]]), use),
    UnsupportedError,
    'Cannot use a "test/scaled" weight as conv: it has no rule for that; merge it first',
  );
  const unknown = { [STRUCTURED]: true, kind: "nf9", fields: {}, statics: null } as const;
  assertThrows(
    () => dense(unknown),
    UnsupportedError,
    'Cannot use a "nf9" weight: the kind is not defined; the defined ones are "test/scaled"',
  );
  assertThrows(
    () =>
      defineWeight("test/scaled", { apply: (_, x) => x, dense: () => tensor(1), shape: () => [] }),
    TypeError,
    'Cannot define the weight "test/scaled": the name is taken',
  );
});

Deno.test("structured weights: one that is missing is named as such", () => {
  const params = {} as { readonly weight: Tensor };
  assertThrows(() => linear(params, tensor([1, 1])), TypeError, "Cannot use a weight: it is undef");
});
