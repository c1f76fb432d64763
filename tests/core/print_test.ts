import "../../mod.ts";
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  add,
  display,
  format,
  key,
  makeGraph,
  media,
  mul,
  normal,
  ones,
  setDevice,
  type Tensor,
  tensor,
} from "../../core/mod.ts";
import { arange, evaluate, reshape } from "../../core/mod.ts";
import { trace } from "../../core/internal.ts";

setDevice("cpu");

/** What `deno jupyter` does with the last value of a cell. */
async function lastOfCell(value: object): Promise<Record<string, string>> {
  const show = (value as Record<symbol, (() => Promise<Record<string, string>>) | undefined>)[
    Symbol.for("Jupyter.display")
  ];
  if (!show) throw new Error("the value cannot be displayed");
  return await show.call(value);
}

Deno.test("format: dtype, shape, device and elements in columns", async () => {
  const x = add(tensor([[1, 2.5], [-30, 4]]), 0);
  await evaluate(x);
  assertEquals(await format(x), "Tensor f32[2, 2] on cpu\n[[  1.0,   2.5],\n [-30.0,   4.0]]");
  assertEquals(await format(tensor([1, 2], { dtype: "i32" })), "Tensor i32[2]\n[1, 2]");
  assertEquals(await format(tensor([true, false])), "Tensor bool[2]\n[ true, false]");
  assertEquals(await format(tensor(3)), "Tensor f32[]: 3");
});

Deno.test("format: exponents where numbers are far apart, and names for what is no number", async () => {
  assertMatch(await format(tensor([1e-9, 1])), /\[1\.0000e-9, 1\.0000e\+0\]/);
  assertMatch(
    await format(tensor([NaN, Infinity, -Infinity, 0.5])),
    /\[ nan, {2}inf, -inf, {2}0\.5\]/,
  );
});

Deno.test("format: of a large tensor the edges", async () => {
  const text = await format(reshape(arange(0, 2000), [40, 50]));
  assertEquals(text.split("\n").length, 8);
  assertMatch(text, /\[\[ {3}0, {4}1, {4}2, \.\.\., {3}47, {3}48, {3}49\],/);
  assertEquals(await format(ones([2, 0])), "Tensor f32[2, 0] on cpu\n[]");
});

Deno.test("format: a tree is a line a leaf", async () => {
  const text = await format({ layer: { weight: ones([2, 3]), bias: tensor(1.5) } });
  assertEquals(text, "layer.bias: f32[] 1.5\nlayer.weight: f32[2, 3]");
});

Deno.test("a notebook shows tables, pictures, trees and Graphs", async () => {
  const small = await lastOfCell(tensor([[1, 2], [3, 4]]));
  assertMatch(small["text/html"]!, /<tr><td>1<\/td><td>2<\/td><\/tr><tr><td>3<\/td><td>4<\/td>/);
  assertMatch(small["text/plain"]!, /^Tensor f32\[2, 2\]/);
  const large = await lastOfCell(normal(key(0), [20, 30]));
  assertMatch(large["text/html"]!, /<img src="data:image\/png;base64,iVBOR/);
  const photo = await lastOfCell(ones([3, 8, 8]));
  assertMatch(photo["text/html"]!, /width="192" height="192"/);
  const tree = await lastOfCell(display({ a: ones([2]), b: { c: tensor(2) } }));
  assertMatch(tree["text/html"]!, /<td>b\.c<\/td><td>f32<\/td><td>\[\]<\/td>/);
  const { graph } = trace(([x]) => [add(x!, 1)], [{ shape: [2], dtype: "f32" }]);
  assertMatch((await lastOfCell(graph))["text/html"]!, /<pre>graph\(%0: f32\[2\]/);
  assertMatch((await media(ones([2, 2, 2])))["text/html"]!, /<pre>/);
});

Deno.test("makeGraph: the operations of a function of trees, and what it takes from outside", () => {
  const outside = tensor([3, 4]);
  const f = ({ x }: { readonly x: Tensor }) => [add(mul(x, 2), outside)];
  const text = String(makeGraph(f)({ x: tensor([1, 2]) }));
  assertMatch(text, /^graph\(%0: f32\[2\], %1: f32\[2\]\)/);
  assertMatch(text, /mul.*\n.*add/s);
  assertThrows(() => makeGraph(() => Promise.resolve(outside) as never)(), TypeError, "async");
});

Deno.test("a picture has the size and the colours of its pixels", async () => {
  const { "text/html": html } = await media(
    tensor([...Array(26).keys()].map((i) => i - 13), { shape: [13, 2] }),
  );
  const bytes = Uint8Array.fromBase64(html!.match(/base64,([^"]+)/)![1]!);
  const view = new DataView(bytes.buffer);
  assertEquals([view.getUint32(16), view.getUint32(20)], [2, 13]);
  const data = bytes.subarray(41, 41 + view.getUint32(33));
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate"));
  const rows = new Uint8Array(await new Response(stream).arrayBuffer());
  assertEquals(rows.length, 13 * 7);
  assertEquals([...rows.subarray(0, 4)], [0, 0, 0, 255]); // no filter, then the least: blue
});
