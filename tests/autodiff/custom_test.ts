import { assertThrows } from "@std/assert";
import { assertRejects } from "@std/assert";
import {
  add,
  cos,
  jit,
  mul,
  sin,
  sum,
  type Tensor,
  TreeError,
  UnsupportedError,
} from "../../core/mod.ts";
import { checkpoint, customJvp, customVjp, grad, jvp, vmap } from "../../autodiff/mod.ts";
import { assertClose, f64 } from "./_close.ts";

const at = 0.7;
const [c, s] = [Math.cos(at), Math.sin(at)];

/** The sine with three times its derivative: what is seen is the rule. */
const triple = customVjp(
  (x: Tensor) => sin(x),
  (x: Tensor) => [sin(x), { c: cos(x) }],
  ({ c }: { readonly c: Tensor }, ct: Tensor) => [mul(mul(c, ct), 3)],
);

Deno.test("customVjp: the backward rule is used in every composition", async () => {
  await assertClose(triple(f64(at)), [s]);
  await assertClose(grad(triple)(f64(at)), [3 * c]);
  await assertClose(grad(grad(triple))(f64(at)), [-3 * s]);
  await assertClose(jvp(grad(triple), [f64(at)], [f64(1)])[1], [-3 * s]);
  await assertClose(vmap(triple)(f64([at, at])), [s, s]);
  await assertClose(vmap(grad(triple))(f64([at, at])), [3 * c, 3 * c]);
  await assertClose(grad((x: Tensor) => sum(vmap(triple)(x)))(f64([at, at])), [3 * c, 3 * c]);
  await assertClose(grad(checkpoint(triple))(f64(at)), [3 * c]);
  await assertClose(jit(grad(triple))(f64(at)), [3 * c]);
  await assertClose(grad(jit(triple))(f64(at)), [3 * c]);
});

Deno.test("customVjp: forward mode alone is refused", async () => {
  const pushed = jvp(triple, [f64(at)], [f64(1)])[1];
  await assertRejects(() => pushed.data(), UnsupportedError, "only a backward rule");
});

Deno.test("customVjp: trees, several arguments, settings and zero cotangents", async () => {
  const f = customVjp(
    (p: { readonly a: Tensor; readonly b: Tensor }, x: Tensor, scale: number) => ({
      s: mul(p.a, mul(x, scale)),
      t: add(p.b, x),
    }),
    (p, x, scale) => [{ s: mul(p.a, mul(x, scale)), t: add(p.b, x) }, [p.a, x]],
    ([a, x]: readonly Tensor[], ct) => [
      { a: mul(7, mul(x!, ct.s)), b: mul(a!, ct.t) },
      null,
      null,
    ],
  );
  const loss = (p: { readonly a: Tensor; readonly b: Tensor }, x: Tensor): Tensor => {
    const { s, t } = f(p, x, 10);
    return add(s, mul(2, t));
  };
  const p = { a: f64(2), b: f64(3) };
  const [dp, dx] = grad(loss, { argnums: [0, 1] })(p, f64(5));
  await assertClose(dp.a, [35]);
  await assertClose(dp.b, [4]);
  await assertClose(dx, [0]);
});

Deno.test("customVjp: constants that the rules close over are kept, derivatives refused", async () => {
  const k = f64(4);
  const scaled = (k: Tensor) =>
    customVjp(
      (x: Tensor) => mul(x, k),
      (x: Tensor) => [mul(x, k), null],
      (_: null, ct: Tensor) => [mul(ct, mul(k, k))],
    );
  await assertClose(grad(scaled(k))(f64(1)), [16]);
  await assertClose(vmap(grad(scaled(k)))(f64([1, 2])), [16, 16]);
  assertThrows(
    () => grad((k: Tensor) => scaled(k)(f64(1)))(k),
    TypeError,
    "pass the tensor as an argument",
  );
});

Deno.test("customVjp: rules that return another structure are refused", () => {
  const wrong = customVjp(
    (x: Tensor) => x,
    (x: Tensor) => [x, null],
    (() => []) as never,
  ) as (x: Tensor) => Tensor;
  assertThrows(() => wrong(f64(1)), TreeError, "list of 1 cotangents");
});

Deno.test("customJvp: the rule is used forward, backward and in batches", async () => {
  const f = customJvp((x: Tensor) => sin(x), ([x], [dx]) => [sin(x), mul(2, mul(cos(x), dx))]);
  await assertClose(f(f64(at)), [s]);
  await assertClose(jvp(f, [f64(at)], [f64(1)])[1], [2 * c]);
  await assertClose(grad(f)(f64(at)), [2 * c]);
  await assertClose(grad(grad(f))(f64(at)), [-2 * s]);
  await assertClose(vmap(grad(f))(f64([at, 0])), [2 * c, 2]);
  await assertClose(jit(grad(checkpoint(f)))(f64(at)), [2 * c]);
});
