import { assertThrows } from "@std/assert";
import {
  bind,
  definePrimitive,
  jit,
  mul,
  type Primitive,
  sin,
  sum,
  type Tensor,
  UnsupportedError,
} from "../../core/mod.ts";
import { grad, jvp, linearTranspose, vmap } from "../../autodiff/mod.ts";
import { assertClose, f64 } from "./_close.ts";

type Unary = Primitive<[Tensor], [Tensor], { readonly k: number }>;

/** A fused primitive that only says what it is made of: k · x · sin(x). */
const fusedP: Unary = definePrimitive<[Tensor], [Tensor], { readonly k: number }>({
  name: "test_fused",
  infer: ([x]) => [x],
  evaluate: ([x], { k }) => [x.data.map((value) => k * value * Math.sin(value))],
  expand: ([x], { k }) => [mul(k, mul(x, sin(x)))],
});

/** A linear one, and one without any rule. */
const doubleP: Unary = definePrimitive<[Tensor], [Tensor], { readonly k: number }>({
  name: "test_double",
  infer: ([x]) => [x],
  evaluate: ([x], { k }) => [x.data.map((value) => k * value)],
  expand: ([x], { k }) => [mul(k, x)],
});
const opaqueP: Unary = definePrimitive<[Tensor], [Tensor], { readonly k: number }>({
  name: "test_opaque",
  infer: ([x]) => [x],
  evaluate: ([x]) => [x.data],
});

const fused = (x: Tensor): Tensor => bind(fusedP, [x], { k: 3 })[0];
const slope = (x: number): number => 3 * (Math.sin(x) + x * Math.cos(x));

Deno.test("engines: use what a primitive is made of where a rule is missing", async () => {
  await assertClose(fused(f64(2)), [6 * Math.sin(2)]);
  await assertClose(grad(fused)(f64(2)), [slope(2)]);
  await assertClose(jvp(fused, [f64(2)], [f64(1)])[1], [slope(2)]);
  await assertClose(vmap(grad(fused))(f64([1, 2])), [slope(1), slope(2)]);
  await assertClose(jit(grad((x: Tensor) => sum(vmap(fused)(x))))(f64([1, 2])), [
    slope(1),
    slope(2),
  ]);
  const double = (x: Tensor): Tensor => bind(doubleP, [x], { k: 2 })[0];
  await assertClose(linearTranspose(double, [f64(1)])(f64(3))[0], [6]);
});

Deno.test("engines: name a primitive that has neither rule nor parts", () => {
  const opaque = (x: Tensor): Tensor => bind(opaqueP, [x], { k: 1 })[0];
  assertThrows(() => grad(opaque)(f64(1)), UnsupportedError, "Cannot differentiate test_opaque");
  assertThrows(() => vmap(opaque)(f64([1])), UnsupportedError, "Cannot batch test_opaque");
  assertThrows(
    () => linearTranspose(opaque, [f64(1)]),
    UnsupportedError,
    "Cannot transpose test_opaque",
  );
});
