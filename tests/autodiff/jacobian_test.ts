import { assertEquals, assertThrows } from "@std/assert";
import {
  add,
  jit,
  mul,
  reshape,
  sin,
  slice,
  sub,
  sum,
  type Tensor,
  tensor,
  TreeError,
} from "../../core/mod.ts";
import { grad, hessian, jacfwd, jacrev, linearTranspose } from "../../autodiff/mod.ts";
import { assertClose, f64 } from "./_close.ts";

/** Rosenbrock's function (1 - a)² + 100 (b - a²)². */
const rosenbrock = (x: Tensor): Tensor => {
  const a = reshape(slice(x, { start: [0], stop: [1] }), []);
  const b = reshape(slice(x, { start: [1], stop: [2] }), []);
  const [u, v] = [sub(1, a), sub(b, mul(a, a))];
  return add(mul(u, u), mul(100, mul(v, v)));
};
const x = f64([1.2, 0.9]);
const second = [1200 * 1.44 - 400 * 0.9 + 2, -480, -480, 200];

Deno.test("hessian: forward over reverse, reverse over reverse, reverse over forward, jitted", async () => {
  await assertClose(hessian(rosenbrock)(x), second);
  await assertClose(jacfwd(grad(rosenbrock))(x), second);
  await assertClose(jacrev(grad(rosenbrock))(x), second);
  await assertClose(jacrev(jacfwd(rosenbrock))(x), second);
  await assertClose(jit(hessian(rosenbrock))(x), second);
});

Deno.test("jacfwd, jacrev: any shapes, result axes first", async () => {
  const f = (x: Tensor): Tensor => sum(mul(x, sin(x)), { axes: [0] });
  const m = f64([[1, 2, 3], [4, 5, 6]]);
  const forward = jacfwd(f)(m);
  assertEquals(forward.shape, [3, 2, 3]);
  await assertClose(forward, jacrev(f)(m));
  const slope = (x: number): number => Math.sin(x) + x * Math.cos(x);
  await assertClose(
    forward,
    [
      [slope(1), 0, 0, slope(4), 0, 0],
      [0, slope(2), 0, 0, slope(5), 0],
      [0, 0, slope(3), 0, 0, slope(6)],
    ].flat(),
  );
});

Deno.test("jacfwd, jacrev: trees nest, several arguments give lists", async () => {
  type P = { readonly a: Tensor; readonly b: Tensor };
  const f = (p: P): { readonly s: Tensor; readonly t: Tensor } => ({
    s: mul(p.a, p.b),
    t: sum(mul(p.b, p.b)),
  });
  const p: P = { a: f64(2), b: f64([3, 4]) };
  for (const jacobian of [jacfwd(f)(p), jacrev(f)(p)]) {
    await assertClose(jacobian.s.a, [3, 4]);
    await assertClose(jacobian.s.b, [2, 0, 0, 2]);
    await assertClose(jacobian.t.a, [0]);
    await assertClose(jacobian.t.b, [6, 8]);
  }
  const product = (x: Tensor, y: Tensor): Tensor => mul(x, mul(y, y));
  const h = hessian(product, { argnums: [0, 1] })(f64(2), f64(3));
  await assertClose(h[0][0], [0]);
  await assertClose(h[0][1], [6]);
  await assertClose(h[1][0], [6]);
  await assertClose(h[1][1], [4]);
});

Deno.test("hessian: of a tree", async () => {
  const f = (p: { readonly a: Tensor; readonly b: Tensor }): Tensor => mul(p.a, mul(p.b, p.b));
  const h = hessian(f)({ a: f64(2), b: f64(3) });
  await assertClose(h.a.b, [6]);
  await assertClose(h.b.b, [4]);
});

Deno.test("jacfwd: refuses integers", () => {
  assertThrows(() => jacfwd(sin)(tensor([1], { dtype: "i32" })), TreeError, "only float tensors");
});

Deno.test("linearTranspose: of a linear function, and of none", async () => {
  const [dx] = linearTranspose((x: Tensor) => sum(mul(3, x)), [f64([1, 2])])(f64(2));
  await assertClose(dx, [6, 6]);
  assertThrows(() => linearTranspose((x: Tensor) => mul(x, x), [f64(1)]), TypeError, "not linear");
});
