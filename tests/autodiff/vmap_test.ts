import { assertEquals, assertThrows } from "@std/assert";
import {
  add,
  makeGraph,
  matmul,
  mul,
  sin,
  sum,
  type Tensor,
  tensor,
  TreeError,
} from "../../core/mod.ts";
import { vmap } from "../../autodiff/mod.ts";
import { assertClose, f64 } from "./_close.ts";

const affine = (p: { readonly w: Tensor; readonly b: Tensor }, x: Tensor): Tensor =>
  add(matmul(x, p.w), p.b);

const w = f64([[1, 2, 3], [4, 5, 6]]);
const b = f64([10, 20, 30]);
const xs = f64([[1, 0], [0, 1], [1, 1]]);
const batch = matmul(xs, w);

Deno.test("vmap: axes for arguments, by number and null", async () => {
  const f = vmap(affine, { inAxes: [null, 0] });
  await assertClose(f({ w, b }, xs), add(batch, b));
});

Deno.test("vmap: a tree of axes for a tree", async () => {
  const bs = f64([[1, 2, 3], [4, 5, 6]]);
  const f = vmap(affine, { inAxes: [{ w: null, b: 0 }, null] });
  await assertClose(f({ w, b: bs }, f64([1, 1])), [6, 9, 12, 9, 12, 15]);
  const columns = vmap(affine, { inAxes: [{ w: -1, b: -1 }, null], outAxes: -1 });
  await assertClose(columns({ w, b }, f64([1, 1])), [15, 27, 39]);
});

Deno.test("vmap: results may have their axis elsewhere, or none", async () => {
  const f = vmap((x: Tensor) => ({ y: mul(x, 2), k: f64(7) }), {
    outAxes: { y: 1, k: null },
  });
  const { y, k } = f(xs);
  assertEquals(y.shape, [2, 3]);
  await assertClose(y, [2, 0, 2, 0, 2, 2]);
  assertEquals(k.shape, []);
  assertThrows(
    () => vmap((x: Tensor) => x, { outAxes: null })(xs),
    TypeError,
    "depends on a mapped argument",
  );
});

Deno.test("vmap: nested, over both operands", async () => {
  const times = vmap(vmap((x: Tensor, y: Tensor) => mul(x, y), { inAxes: [null, 0] }), {
    inAxes: [0, null],
  });
  await assertClose(times(f64([1, 2]), f64([3, 4, 5])), [3, 4, 5, 6, 8, 10]);
});

Deno.test("vmap: shared arguments may be settings, and what is shared is computed once", async () => {
  const f = vmap(
    (x: Tensor, shared: Tensor, config: { readonly k: number }) =>
      mul(mul(x, sin(shared)), config.k),
    { inAxes: [0, null, null] },
  );
  const g = (x: Tensor, s: Tensor) => f(x, s, { k: 2 });
  await assertClose(g(f64([1, 2]), f64(1)), [2 * Math.sin(1), 4 * Math.sin(1)]);
  const graph = makeGraph(g)(f64([1, 2]), f64(1));
  const sines = graph.nodes.filter((node) => node.primitive.name === "sin");
  assertEquals(sines.map((node) => graph.avals[node.out]!.shape), [[]]);
});

Deno.test("vmap: a batch of none, and a size without mapped arguments", async () => {
  const none = tensor([], { shape: [0, 2], dtype: "f64" });
  assertEquals(vmap((x: Tensor) => sum(x))(none).shape, [0]);
  const f = vmap((x: Tensor) => mul(x, 2), { inAxes: [null], axisSize: 2 });
  await assertClose(f(f64(3)), [6, 6]);
});

Deno.test("vmap: says what does not fit", () => {
  const f = (x: Tensor, y: Tensor): Tensor => add(x, y);
  assertThrows(() => vmap(f)(f64([1]), f64([1, 2])), RangeError, "sizes 1 and 2");
  assertThrows(() => vmap(f, { inAxes: [null, null] })(b, b), TypeError, "no argument");
  assertThrows(() => vmap(sin)(f64(1)), RangeError, "axis 0");
  assertThrows(
    () => vmap(affine, { inAxes: [{ w: 0 }, null] })({ w, b }, b),
    TreeError,
    "no prefix of it",
  );
});
