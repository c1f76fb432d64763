import { assertEquals } from "@std/assert";
import { mul, sum, type Tensor } from "../../core/mod.ts";
import { grad, hessian, valueAndGrad, vmap } from "../../autodiff/mod.ts";

type Params = {
  readonly layers: readonly { readonly w: Tensor }[];
  readonly lm_head?: Tensor;
};
type Config = { readonly scale: number; readonly name: string };

/** Asserts at compile time that a value has exactly this type. */
type Exactly<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;

const loss = (p: Params, x: Tensor, config: Config): Tensor =>
  mul(config.scale, sum(mul(p.layers[0]!.w, x)));
const pair = (x: Tensor, y: Tensor): Tensor => mul(x, y);

/** Never called: the compiler is the test. */
function compiled(p: Params, x: Tensor, config: Config): readonly true[] {
  const g = grad(loss)(p, x, config);
  const both = valueAndGrad(loss)(p, x, config);
  const second = grad(loss, { argnums: 1 })(p, x, config);
  const list = grad(loss, { argnums: [0, 1] })(p, x, config);
  const aux = valueAndGrad((x: Tensor) => [sum(x), { x }] as const, { hasAux: true })(x);
  const h = hessian(pair)(x, x);
  const batched = vmap(loss, { inAxes: [null, 0, null] })(p, x, config);
  // @ts-expect-error a config is no tree of tensors
  grad((config: Config) => sum(mul(config.scale, x)));
  // @ts-expect-error there are two arguments
  vmap(pair, { inAxes: [0, null, 0] });
  // @ts-expect-error an axis is a number or null
  vmap(pair, { inAxes: ["0", 0] });
  // @ts-expect-error the result is no tensor
  grad((x: Tensor) => ({ x }));
  return [
    true satisfies Exactly<typeof g, Params>,
    true satisfies Exactly<typeof both.grad, Params>,
    true satisfies Exactly<typeof second, Tensor>,
    true satisfies Exactly<typeof list, readonly [Params, Tensor]>,
    true satisfies Exactly<typeof aux.grad, Tensor>,
    true satisfies Exactly<typeof h, Tensor>,
    true satisfies Exactly<typeof batched, Tensor>,
  ];
}

Deno.test("grad, vmap: keep the types of trees", () => {
  assertEquals(typeof compiled, "function");
});
