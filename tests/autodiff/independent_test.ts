import { assertEquals } from "@std/assert";
import { add, convert, less, mul, sum, type Tensor, tensor, where } from "../../core/mod.ts";
import {
  checkpoint,
  grad,
  hessian,
  jacfwd,
  jacrev,
  jvp,
  linearize,
  scan,
  valueAndGrad,
  vjp,
  vmap,
} from "../../autodiff/mod.ts";
import { assertClose, f64 } from "./_close.ts";

const outside = f64(5);

Deno.test("derivatives: of a function that ignores its argument are zero", async () => {
  const f = (_: Tensor): Tensor => outside;
  const x = f64([1, 2]);
  const { value, grad: g } = valueAndGrad(f)(x);
  await assertClose(value, [5]);
  await assertClose(g, [0, 0]);
  await assertClose(jvp(f, [x], [x])[1], [0]);
  await assertClose(linearize(f, [x])[1](x), [0]);
  await assertClose(vjp(f, [x])[1](f64(1))[0], [0, 0]);
  await assertClose(jacfwd(f)(x), [0, 0]);
  await assertClose(jacrev(f)(x), [0, 0]);
  await assertClose(hessian((x: Tensor) => sum(x))(x), [0, 0, 0, 0]);
  await assertClose(vmap(f)(x), [5, 5]);
  await assertClose(grad(checkpoint(f))(x), [0, 0]);
  const loop = (c: Tensor): Tensor => scan(() => [outside, null], c, null, { length: 2 })[0];
  await assertClose(grad(loop)(f64(3)), [0]);
});

Deno.test("derivatives: of the identity, and of one leaf used twice", async () => {
  await assertClose(grad((x: Tensor) => x)(f64(3)), [1]);
  const shared = f64(3);
  const g = grad((p: readonly Tensor[]) => mul(p[0]!, p[1]!))([shared, shared]);
  await assertClose(g[0]!, [3]);
  await assertClose(g[1]!, [3]);
});

Deno.test("derivatives: integers inside a function do not move", async () => {
  const f = (x: Tensor): Tensor => mul(x, convert(convert(x, "i32"), "f64"));
  await assertClose(grad(f)(f64(2.5)), [2]);
  const [, dy] = jvp((x: Tensor) => less(x, 1), [f64(2)], [f64(1)]);
  assertEquals(dy.dtype, "bool");
  await assertClose(dy, [0]);
});

Deno.test("derivatives: a scan whose carry starts to move later on", async () => {
  // Only b moves at first; it moves a one step later, and a moves c after that.
  const step = ([a, b, c]: readonly Tensor[]): [readonly Tensor[], Tensor] => [
    [b!, mul(b!, 2), add(c!, a!)],
    where(less(c!, 100), c!, a!),
  ];
  const f = (b: Tensor): Tensor => {
    const [carry, ys] = scan(step, [f64(1), b, f64(0)], null, { length: 4 });
    return add(carry[2]!, sum(ys));
  };
  // a: 1, b, 2b, 4b; c: 0, 1, 1 + b, 1 + 3b, 1 + 7b; the ys are c before each step.
  await assertClose(f(f64(3)), [22 + 1 + 4 + 10]);
  await assertClose(grad(f)(f64(3)), [7 + 0 + 1 + 3]);
  await assertClose(vmap(grad(f))(f64([3, 4])), [11, 11]);
  await assertClose(jvp(f, [f64(3)], [f64(2)])[1], [22]);
});

Deno.test("grad: of half precision accumulates in the leaf's dtype", () => {
  const x = tensor([1, 2], { dtype: "f16" });
  assertEquals(grad((x: Tensor) => sum(mul(x, x)))(x).dtype, "f16");
});
