import { assertEquals } from "@std/assert";
import * as g from "../../../core/mod.ts";
import * as o from "../../../core/ops/mod.ts";
import { check, f32, graphOf, kindsOf, MACHINE } from "./_graphs.ts";

const machine = { ...MACHINE, rowProducts: true };
const kinds = (f: (...xs: g.Tensor[]) => g.Tensor, ...shapes: number[][]): string[] =>
  kindsOf(check(graphOf((...xs) => [f(...xs)], f32(...shapes)), { machine }));

Deno.test("vectorProduct: sums what lies along the rows of a matrix, from either side", () => {
  assertEquals(kinds((x, w) => o.matmul(x, g.transpose(w)), [1, 64], [70, 64]), ["row"]);
  assertEquals(kinds((w, x) => o.matmul(w, x), [70, 64], [64, 1]), ["row"]);
});

Deno.test("vectorProduct: a row times a plain matrix stays a product where that is fast", () => {
  const product = (x: g.Tensor, w: g.Tensor): g.Tensor => o.matmul(x, w);
  assertEquals(kinds(product, [1, 64], [64, 70]), ["product"]);
  const graph = graphOf((x, w) => [product(x, w)], f32([1, 64], [64, 70]));
  assertEquals(kindsOf(check(graph)), ["col"]);
});

Deno.test("vectorProduct: the row is computed before, and what follows is an epilogue", () => {
  const layer = (x: g.Tensor, w: g.Tensor, b: g.Tensor): g.Tensor =>
    g.tanh(g.add(o.matmul(g.mul(2, x), w), b));
  assertEquals(kinds(layer, [1, 64], [64, 70], [70]), ["map", "product"]);
});

Deno.test("vectorProduct: few columns, and matrices that are computed, are sums of columns", () => {
  assertEquals(kinds((x, w) => o.matmul(x, w), [1, 512], [512, 16]), ["col"]);
  assertEquals(kinds((x, w) => o.matmul(x, g.tanh(w)), [1, 64], [64, 70]), ["col"]);
});
