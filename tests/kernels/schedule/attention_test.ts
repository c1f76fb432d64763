import { assertEquals } from "@std/assert";
import { grad } from "../../../autodiff/mod.ts";
import {
  add,
  type Graph,
  makeGraph,
  mul,
  split,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "../../../mod.ts";
import { isPlainCall } from "../../../kernels/ir/attention.ts";
import type { Machine } from "../../../kernels/ir/types.ts";
import { attention, mergeHeads, splitHeads } from "../../../nn/mod.ts";
import { check, distinctGraph, kindsOf, MACHINE } from "./_graphs.ts";

/** A machine with kernels for attention. */
const ATTENDS: Machine = { ...MACHINE, attends: isPlainCall };

type Options = NonNullable<Parameters<typeof attention>[1]>;

/** Attention over heads of a projection [B, T, 3 · H · K], as models write it. */
function packed(x: Tensor, heads: number, options: Options): Tensor {
  const [query, key, value] = split(x, { sections: 3, axis: 2 })
    .map((part) => splitHeads(part, { heads })) as [Tensor, Tensor, Tensor];
  return mergeHeads(attention({ query, key, value }, options));
}

function gradientOf(f: (x: Tensor) => Tensor, x: Tensor): Graph {
  const loss = (x: Tensor): Tensor => {
    const y = f(x);
    return sum(mul(y, y));
  };
  return distinctGraph(makeGraph(grad(loss))(x));
}

Deno.test("scheduleGraph: attention reads heads as they lie and writes them as they are taken", () => {
  const x = zeros([2, 5, 3 * 2 * 4]);
  const graph = makeGraph((x: Tensor) => packed(x, 2, { causal: true }))(x);
  assertEquals(kindsOf(check(distinctGraph(graph), { machine: ATTENDS })), ["attention"]);
  const composite = check(distinctGraph(graph));
  assertEquals(kindsOf(composite), ["product", "row", "product"]);
});

Deno.test("scheduleGraph: the gradient of attention is one kernel, and the parts of its operand", () => {
  const graph = gradientOf((x) => packed(x, 2, { causal: true }), zeros([2, 5, 3 * 2 * 4]));
  const kinds = kindsOf(check(graph, { machine: ATTENDS }));
  assertEquals(kinds, ["attention", "map", "attention"]);
});

Deno.test("scheduleGraph: attention with a mask and a bias that are computed", () => {
  const mask = tensor([[true, false, true, true, true]]);
  const f = (x: Tensor): Tensor => packed(x, 2, { mask, bias: mul(2, add(mask, 1)) });
  const graph = gradientOf(f, zeros([2, 5, 3 * 2 * 4]));
  check(graph, { machine: ATTENDS });
});

Deno.test("scheduleGraph: attention whose rows do not start at quads reads copies", () => {
  const f = (x: Tensor): Tensor => {
    const [, query] = split(x, { indices: [1], axis: 3 }) as [Tensor, Tensor];
    return attention({ query, key: query, value: query });
  };
  const graph = distinctGraph(makeGraph(f)(zeros([1, 2, 3, 5])));
  assertEquals(kindsOf(check(graph, { machine: ATTENDS })), ["copy", "attention", "copy"]);
});

Deno.test("scheduleGraph: heads of an odd size and gradients of biases are products", () => {
  const odd = gradientOf((x) => packed(x, 2, {}), zeros([1, 5, 3 * 2 * 3]));
  assertEquals(kindsOf(check(odd, { machine: ATTENDS })).includes("attention"), false);
  const x = zeros([1, 2, 5, 4]);
  const biased = (bias: Tensor): Tensor => attention({ query: x, key: x, value: x }, { bias });
  const graph = gradientOf(biased, zeros([2, 5, 5]));
  const kinds = kindsOf(check(graph, { machine: ATTENDS }));
  assertEquals(kinds.filter((kind) => kind === "attention").length, 1);
});
