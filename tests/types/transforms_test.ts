import { assertEquals } from "@std/assert";
import {
  checkpoint,
  grad,
  hessian,
  jacrev,
  jit,
  jvp,
  linearize,
  mul,
  sum,
  type Tensor,
  treeMap,
  treeZip,
  valueAndGrad,
  vjp,
  vmap,
} from "../../mod.ts";
import type { Config, Exactly, Params } from "./_exactly.ts";

const loss = (p: Params, x: Tensor, config: Config): Tensor =>
  mul(config.scale, sum(mul(p.layers[0]!.w, x)));
const pair = (x: Tensor, y: Tensor): Tensor => mul(x, y);
const noisy = (p: Params, x: Tensor) => [loss(p, x, CONFIG), { x, p }] as const;
const CONFIG: Config = { scale: 2, name: "two" };

/** Never called, as are the others: the compiler is the test. */
function treesKeepTheirTypes(p: Params, x: Tensor, config: Config): readonly true[] {
  const slope = grad(loss)(p, x, config);
  const both = valueAndGrad(loss)(p, x, config);
  const second = grad(loss, { argnums: 1 })(p, x, config);
  const list = grad(loss, { argnums: [0, 1] })(p, x, config);
  const mapped = vmap(loss, { inAxes: [null, 0, null] })(p, x, config);
  const compiled = jit(loss, { static: [2] });
  const step = jit((p: Params, x: Tensor) => ({ p, loss: loss(p, x, CONFIG) }), { donate: [0] });
  const nested = jit(vmap(grad(loss), { inAxes: [null, 0, null] }))(p, x, config);
  const [value, pull] = vjp(noisy, [p, x]);
  const [, tangent] = jvp((p: Params) => ({ loss: loss(p, x, config) }), [p], [p]);
  const [, push] = linearize(pair, [x, x]);
  const doubled = treeMap((leaf) => mul(2, leaf), p);
  const zipped = treeZip(([a, b]) => mul(a!, b!), p, p);
  return [
    true satisfies Exactly<typeof slope, Params>,
    true satisfies Exactly<typeof both, { readonly value: Tensor; readonly grad: Params }>,
    true satisfies Exactly<typeof second, Tensor>,
    true satisfies Exactly<typeof list, readonly [Params, Tensor]>,
    true satisfies Exactly<typeof mapped, Tensor>,
    true satisfies Exactly<typeof compiled, (p: Params, x: Tensor, config: Config) => Tensor>,
    true satisfies Exactly<ReturnType<typeof step>, { p: Params; loss: Tensor }>,
    true satisfies Exactly<typeof nested, Params>,
    true satisfies Exactly<typeof value[1], { readonly x: Tensor; readonly p: Params }>,
    true satisfies Exactly<ReturnType<typeof pull>[0], Params>,
    true satisfies Exactly<typeof tangent, { loss: Tensor }>,
    true satisfies Exactly<ReturnType<typeof push>, Tensor>,
    true satisfies Exactly<typeof doubled, Params>,
    true satisfies Exactly<typeof zipped, Params>,
  ];
}

function auxiliaryResultsKeepTheirTypes(p: Params, x: Tensor): readonly true[] {
  const { value, grad: slope, aux } = valueAndGrad(noisy, { hasAux: true })(p, x);
  const second = grad(noisy, { hasAux: true, argnums: 1 })(p, x);
  const compiled = jit(valueAndGrad(noisy, { hasAux: true }))(p, x);
  return [
    true satisfies Exactly<typeof value, Tensor>,
    true satisfies Exactly<typeof slope, Params>,
    true satisfies Exactly<typeof aux, { readonly x: Tensor; readonly p: Params }>,
    true satisfies Exactly<typeof second.grad, Tensor>,
    true satisfies Exactly<typeof second.aux, typeof aux>,
    true satisfies Exactly<typeof compiled.grad, Params>,
  ];
}

function jacobiansNest(p: Params, x: Tensor, config: Config): readonly true[] {
  const h = hessian(pair)(x, x);
  const rows = jacrev((x: Tensor) => ({ a: x, b: [x] as const }))(x);
  const ofTree = jacrev(loss)(p, x, config);
  const again = checkpoint(loss)(p, x, config);
  return [
    true satisfies Exactly<typeof h, Tensor>,
    true satisfies Exactly<typeof rows.a, Tensor>,
    true satisfies Exactly<typeof rows.b[0], Tensor>,
    true satisfies Exactly<typeof ofTree, Params>,
    true satisfies Exactly<typeof again, Tensor>,
  ];
}

function wrongUsesAreErrors(p: Params, x: Tensor, config: Config): void {
  // @ts-expect-error a tree is no loss
  grad((x: Tensor) => ({ x }));
  // @ts-expect-error nor is a promise of one
  grad((x: Tensor) => Promise.resolve(sum(x)));
  // @ts-expect-error a config is no tree of tensors
  grad((config: Config) => sum(mul(config.scale, x)));
  // @ts-expect-error a loss with auxiliary results has to be announced
  valueAndGrad(noisy);
  // @ts-expect-error and there have to be some
  valueAndGrad(loss, { hasAux: true });
  // @ts-expect-error the third argument is missing
  grad(loss)(p, x);
  // @ts-expect-error a misspelt option
  grad(loss, { argNums: 1 });
  // @ts-expect-error there are two arguments
  vmap(pair, { inAxes: [0, null, 0] });
  // @ts-expect-error an axis is a number or null
  vmap(pair, { inAxes: ["0", 0] });
  // @ts-expect-error what is compiled returns a tree of tensors
  jit((x: Tensor) => ({ x, name: "x" }));
  // @ts-expect-error and no promise
  jit((x: Tensor) => x.item());
  // @ts-expect-error positions are a list
  jit(loss, { static: 2 });
  // @ts-expect-error a tangent has the type of its argument
  jvp(pair, [x, x], [x, p]);
  // @ts-expect-error and there are as many
  jvp(pair, [x, x], [x]);
  // @ts-expect-error a cotangent has the type of the result
  vjp(pair, [x, x])[1](p);
  // @ts-expect-error parts of a tree are read-only
  p.lm_head = x;
  // @ts-expect-error a config is not mapped over
  treeMap((leaf) => leaf, config);
}

Deno.test("transforms: trees keep their types, and wrong uses do not compile", () => {
  const tests = [
    treesKeepTheirTypes,
    auxiliaryResultsKeepTheirTypes,
    jacobiansNest,
    wrongUsesAreErrors,
  ];
  assertEquals(tests.length, 4);
});
