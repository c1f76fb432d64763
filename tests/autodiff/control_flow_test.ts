import { assertThrows } from "@std/assert";
import {
  add,
  exp,
  greater,
  jit,
  less,
  mul,
  neg,
  ShapeError,
  sin,
  sum,
  type Tensor,
  tensor,
  UnsupportedError,
} from "../../core/mod.ts";
import {
  checkpoint,
  cond,
  forLoop,
  grad,
  jvp,
  map,
  scan,
  switchCase,
  vmap,
  whileLoop,
} from "../../autodiff/mod.ts";
import { assertClose, f64 } from "./_close.ts";

const cube = (x: Tensor): Tensor => mul(x, mul(x, x));
/** sin where positive, else the cube. */
const bend = (x: Tensor): Tensor => cond(greater(x, 0), (x: Tensor) => sin(x), cube, x);

Deno.test("cond: value, derivatives and compositions of the branch that runs", async () => {
  await assertClose(bend(f64(0.7)), [Math.sin(0.7)]);
  await assertClose(bend(f64(-2)), [-8]);
  await assertClose(grad(bend)(f64(0.7)), [Math.cos(0.7)]);
  await assertClose(grad(bend)(f64(-2)), [12]);
  await assertClose(grad(grad(bend))(f64(-2)), [-12]);
  await assertClose(jvp(bend, [f64(-2)], [f64(2)])[1], [24]);
  await assertClose(jit(grad(checkpoint(bend)))(f64(-2)), [12]);
  const rows = f64([0.7, -2]);
  await assertClose(vmap(bend)(rows), [Math.sin(0.7), -8]);
  await assertClose(vmap(grad(bend))(rows), [Math.cos(0.7), 12]);
  await assertClose(grad((x: Tensor) => sum(vmap(bend)(x)))(rows), [Math.cos(0.7), 12]);
});

Deno.test("cond: branches close over what they use, and only one has a derivative in it", async () => {
  const f = (p: Tensor) => (x: Tensor, w: Tensor): Tensor => cond(p, () => mul(x, w), () => exp(x));
  const [dx, dw] = grad(f(tensor(true)), { argnums: [0, 1] })(f64(2), f64(3));
  await assertClose(dx, [3]);
  await assertClose(dw, [2]);
  const [ex, ew] = grad(f(tensor(false)), { argnums: [0, 1] })(f64(2), f64(3));
  await assertClose(ex, [Math.exp(2)]);
  await assertClose(ew, [0]);
});

Deno.test("cond: inside scan", async () => {
  const f = (c: Tensor): Tensor =>
    scan(
      (c: Tensor, x: Tensor) => [cond(greater(x, 0), () => mul(c, x), () => sin(c)), null],
      c,
      f64([2, -1, 3]),
    )[0];
  await assertClose(grad(f)(f64(0.3)), [6 * Math.cos(0.6)]);
});

Deno.test("cond: refuses branches of different types", () => {
  const f = () => cond(tensor(true), () => f64(1), () => f64([1]));
  assertThrows(f, ShapeError, "branches must return the same types");
});

Deno.test("switchCase: clamps its index, and selects row by row in batches", async () => {
  const f = (i: Tensor, x: Tensor): Tensor => switchCase(i, [cube, sin, neg], x);
  const i32 = (x: number | readonly number[]) => tensor(x, { dtype: "i32" });
  await assertClose(f(i32(7), f64(2)), [-2]);
  await assertClose(f(i32(-1), f64(2)), [8]);
  await assertClose(vmap(f, { inAxes: [0, null] })(i32([0, 1, 2, 3]), f64(2)), [
    8,
    Math.sin(2),
    -2,
    -2,
  ]);
  await assertClose(grad(f, { argnums: 1 })(i32(0), f64(2)), [12]);
});

/** Halves x until it is at most 1; returns the result and the number of steps. */
const halve = (x: Tensor): readonly [Tensor, Tensor] =>
  whileLoop(
    ([x]: readonly [Tensor, Tensor]) => greater(x, 1),
    ([x, n]) => [mul(x, 0.5), add(n, 1)] as const,
    [x, tensor(0, { dtype: "i32" })] as const,
  );

Deno.test("whileLoop: value, forward derivative and batches", async () => {
  const [y, n] = halve(f64(12));
  await assertClose(y, [0.75]);
  await assertClose(n, [4]);
  await assertClose(jvp((x: Tensor) => halve(x)[0], [f64(12)], [f64(1)])[1], [1 / 16]);
  const rows = vmap((x: Tensor) => halve(x)[0])(f64([12, 0.5, 3]));
  await assertClose(rows, [0.75, 0.5, 0.75]);
  const slopes = vmap((x: Tensor) => jvp((x: Tensor) => halve(x)[0], [x], [f64(1)])[1]);
  await assertClose(slopes(f64([12, 0.5])), [1 / 16, 1]);
});

Deno.test("whileLoop: closes over what it uses", async () => {
  const f = (limit: Tensor, by: Tensor): Tensor =>
    whileLoop((x: Tensor) => less(x, limit), (x: Tensor) => mul(x, by), f64(1));
  await assertClose(f(f64(10), f64(3)), [27]);
  await assertClose(jvp((by: Tensor) => f(f64(10), by), [f64(3)], [f64(1)])[1], [27]);
  await assertClose(vmap(f, { inAxes: [0, null] })(f64([10, 2]), f64(3)), [27, 3]);
});

Deno.test("whileLoop: gradients are refused", () => {
  assertThrows(() => grad((x: Tensor) => halve(x)[0])(f64(3)), UnsupportedError, "use scan");
});

Deno.test("forLoop: numbers as bounds have gradients, tensors run as long as they say", async () => {
  const step = (i: Tensor, x: Tensor): Tensor => mul(sin(x), add(1, mul(0.1, i)));
  const f = (x: Tensor): Tensor => forLoop([1, 4], step as never, x) as Tensor;
  const loop = (x: Tensor): Tensor => [1.1, 1.2, 1.3].reduce((x, k) => mul(sin(x), k), x);
  await assertClose(f(tensor(0.7)), loop(tensor(0.7)), 1e-6);
  await assertClose(grad(f)(tensor(0.7)), grad(loop)(tensor(0.7)), 1e-6);
  const n = tensor(4, { dtype: "i32" });
  await assertClose(forLoop([1, n], step, tensor(0.7)), loop(tensor(0.7)), 1e-6);
});

Deno.test("map: computes slice by slice what vmap computes at once, whatever the batch", async () => {
  const xs = { a: f64([1, 2, 3, 4, 5]), b: f64([[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]]) };
  const f = ({ a, b }: typeof xs): { readonly y: Tensor } => ({ y: mul(a, sin(b)) });
  const whole = vmap(f)(xs).y;
  for (const batchSize of [1, 2, 5, 9]) {
    await assertClose(map(f, xs, { batchSize }).y, whole, 1e-12);
  }
  const loss = (a: Tensor): Tensor => sum(map((x: Tensor) => mul(x, sin(x)), a, { batchSize: 2 }));
  const direct = (a: Tensor): Tensor => sum(mul(a, sin(a)));
  await assertClose(grad(loss)(xs.a), grad(direct)(xs.a), 1e-12);
  assertThrows(() => map(f, xs, { batchSize: 0 }), RangeError, "positive integer");
  assertThrows(() => map(f, { ...xs, a: f64(1) }), ShapeError, "leading side");
});

Deno.test("control flow: refuses async functions", () => {
  const later = (async (x: Tensor) => await x) as unknown as (x: Tensor) => Tensor;
  assertThrows(() => cond(tensor(true), later, later, f64(1)), TypeError, "async function");
  assertThrows(() => whileLoop(later, later, f64(1)), TypeError, "async function");
});
