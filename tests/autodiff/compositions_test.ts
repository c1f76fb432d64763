import { assertRejects, assertThrows } from "@std/assert";
import { add, cos, exp, jit, mul, sin, sub, sum, type Tensor } from "../../core/mod.ts";
import { checkpoint, grad, jvp, linearize, vjp, vmap } from "../../autodiff/mod.ts";
import { assertClose, f64 } from "./_close.ts";

const at = 0.7;
const cube = (x: Tensor): Tensor => mul(x, mul(x, x));

Deno.test("grad: of sin, once, twice and three times", async () => {
  await assertClose(grad(sin)(f64(at)), [Math.cos(at)]);
  await assertClose(grad(grad(sin))(f64(at)), [-Math.sin(at)]);
  await assertClose(grad(grad(grad(sin)))(f64(at)), [-Math.cos(at)]);
});

Deno.test("grad: the fourth derivative of a product", async () => {
  const f = (x: Tensor): Tensor => mul(sin(x), exp(x));
  const fourth = grad(grad(grad(grad(f))))(f64(at));
  await assertClose(fourth, [-4 * Math.sin(at) * Math.exp(at)]);
});

Deno.test("grad: perturbations of nested derivatives are not confused", async () => {
  const outer = grad((x: Tensor) => mul(x, grad((y: Tensor) => add(x, y))(f64(1))));
  await assertClose(outer(f64(2)), [1]);
  const same = grad((x: Tensor) => mul(x, grad((y: Tensor) => mul(x, mul(y, y)))(x)));
  await assertClose(same(f64(2)), [24]);
});

Deno.test("jvp: perturbations of nested derivatives are not confused", async () => {
  const inner = (x: Tensor): Tensor => jvp((y: Tensor) => mul(x, y), [f64(3)], [f64(1)])[1];
  await assertClose(jvp((x: Tensor) => mul(x, inner(x)), [f64(2)], [f64(1)])[1], [4]);
});

Deno.test("jvp: of grad, and of jvp", async () => {
  await assertClose(jvp(grad(cube), [f64(2)], [f64(1)])[1], [12]);
  const slope = (x: Tensor): Tensor => jvp(cube, [x], [f64(1)])[1];
  await assertClose(jvp(slope, [f64(2)], [f64(1)])[1], [12]);
});

Deno.test("grad: of jvp", async () => {
  await assertClose(grad((x: Tensor) => jvp(cube, [x], [f64(1)])[1])(f64(2)), [12]);
});

Deno.test("grad: of vmap, and vmap of grad", async () => {
  const f = (x: Tensor): Tensor => mul(x, sin(x));
  const expected = [1, 2].map((x) => Math.sin(x) + x * Math.cos(x));
  await assertClose(grad((x: Tensor) => sum(vmap(f)(x)))(f64([1, 2])), expected);
  await assertClose(vmap(grad(f))(f64([1, 2])), expected);
});

Deno.test("grad: of vmap of grad that closes over the outer argument", async () => {
  const rows = (w: Tensor) => vmap(grad((a: Tensor) => mul(w, mul(a, a))))(f64([1, 2]));
  await assertClose(grad((w: Tensor) => sum(rows(w)))(f64(3)), [6]);
});

Deno.test("jit: of grad, and grad of jit", async () => {
  await assertClose(jit(grad(cube))(f64(2)), [12]);
  const jitted = jit(cube);
  await assertClose(jitted(f64(2)), [8]);
  await assertClose(grad(jitted)(f64(2)), [12]);
  await assertClose(grad(grad(jitted))(f64(2)), [12]);
});

Deno.test("jit: in grad in vmap, closing over both", async () => {
  const rows = vmap((a: Tensor) =>
    grad((x: Tensor) => jit((y: Tensor) => mul(y, mul(x, a)))(x))(a)
  );
  await assertClose(rows(f64([1, 2])), [2, 8]);
});

Deno.test("checkpoint: has the derivative of the function, to any order", async () => {
  const f = (x: Tensor): Tensor => mul(sin(x), x);
  const g = (x: Tensor): Tensor => sin(checkpoint(f)(x));
  const h = (x: Tensor): Tensor => sin(f(x));
  await assertClose(grad(g)(f64(at)), grad(h)(f64(at)));
  await assertClose(grad(grad(g))(f64(at)), grad(grad(h))(f64(at)));
  await assertClose(jvp(grad(g), [f64(at)], [f64(1)])[1], grad(grad(h))(f64(at)));
  await assertClose(jit(grad(g))(f64(at)), grad(h)(f64(at)));
});

Deno.test("checkpoint: gives captured tensors their gradients", async () => {
  const f = (w: Tensor): Tensor => checkpoint((x: Tensor) => mul(sin(x), mul(w, w)))(f64(2));
  await assertClose(grad(f)(f64(3)), [6 * Math.sin(2)]);
});

Deno.test("vmap: of grad of checkpoint", async () => {
  const f = checkpoint((x: Tensor) => sin(sin(x)));
  const expected = [1, 2].map((x) => Math.cos(Math.sin(x)) * Math.cos(x));
  await assertClose(vmap(grad(f))(f64([1, 2])), expected);
});

Deno.test("linearize: one forward pass, many tangents", async () => {
  const [y, push] = linearize((x: Tensor) => mul(x, sin(x)), [f64(at)]);
  const slope = Math.sin(at) + at * Math.cos(at);
  await assertClose(y, [at * Math.sin(at)]);
  await assertClose(push(f64(1)), [slope]);
  await assertClose(push(f64(-2)), [-2 * slope]);
});

Deno.test("vjp: trees in and out", async () => {
  const f = (p: { readonly a: Tensor; readonly b: readonly Tensor[] }) => ({
    product: mul(p.a, p.b[0]!),
    cosine: cos(p.a),
  });
  const [, pull] = vjp(f, [{ a: f64(2), b: [f64(3), f64(5)] }]);
  const [ct] = pull({ product: f64(1), cosine: f64(10) });
  await assertClose(ct.a, [3 - 10 * Math.sin(2)]);
  await assertClose(ct.b[0]!, [2]);
  await assertClose(ct.b[1]!, [0]);
});

Deno.test("grad: a placeholder that escapes is refused", async () => {
  let leaked!: Tensor;
  grad((x: Tensor) => {
    leaked = sin(x);
    return leaked;
  })(f64(1));
  await assertRejects(() => leaked.data(), TypeError, "function being transformed");
});

Deno.test("grad: subtraction of equal derivatives is exactly zero", async () => {
  const f = (x: Tensor): Tensor => sub(cube(x), cube(x));
  await assertClose(grad(f)(f64(2)), [0], 0);
});

Deno.test("transformations: refuse async functions", () => {
  const f = (async (x: Tensor) => await x) as unknown as (x: Tensor) => Tensor;
  assertThrows(() => grad(f)(f64(1)), TypeError, "async function");
  assertThrows(() => vmap(f)(f64([1])), TypeError, "async function");
  assertThrows(() => jvp(f, [f64(1)], [f64(1)]), TypeError, "async function");
  assertThrows(() => checkpoint(f)(f64(1)), TypeError, "async function");
});
