import { assertEquals } from "@std/assert";
import {
  add,
  cond,
  convert,
  dotGeneral,
  dynamicSlice,
  forLoop,
  full,
  key,
  mul,
  normal,
  randint,
  reshape,
  scan,
  setDevice,
  softmax,
  sum,
  type Tensor,
  tensor,
  toDevice,
  where,
  whileLoop,
  zeros,
} from "../../mod.ts";
import { conv1D, crossEntropy, dropout, linear } from "../../nn/mod.ts";
import { adamw, chain, clipByGlobalNorm, sgd } from "../../optim/mod.ts";
import { graft, lora } from "../../peft/mod.ts";
import type { Exactly, Params } from "./_exactly.ts";

/** Never called, as are the others: the compiler is the test. */
async function resultsKeepTheirTypes(p: Params, x: Tensor): Promise<readonly true[]> {
  const moved = await toDevice(p, "cpu");
  const [state, rows] = scan((c: Params, x: Tensor) => [c, { x }] as const, p, x);
  const looped = whileLoop((p: Params) => sum(p.layers[0]!.w), (p) => p, p);
  const counted = forLoop([0, 3], (i, p: Params) => (add(i, 1), p), p);
  const chosen = cond(x, (p: Params) => p, (p) => p, p);
  const [next] = adamw(1e-3).update(p, adamw(1e-3).init(p), p);
  const adapted = graft(p, lora.init(key(0), p, { r: 2, target_modules: ["w"] }));
  return [
    true satisfies Exactly<typeof moved, Params>,
    true satisfies Exactly<typeof state, Params>,
    true satisfies Exactly<typeof rows, { readonly x: Tensor }>,
    true satisfies Exactly<typeof looped, Params>,
    true satisfies Exactly<typeof counted, Params>,
    true satisfies Exactly<typeof chosen, Params>,
    true satisfies Exactly<typeof next, Params>,
    true satisfies Exactly<typeof adapted, Params>,
  ];
}

function namesAreChecked(x: Tensor): void {
  // @ts-expect-error there is no such dtype
  zeros([2], { dtype: "float32" });
  // @ts-expect-error there is no such dtype
  tensor([1, 2], { dtype: "i64" });
  // @ts-expect-error there is no such dtype
  convert(x, "half");
  // @ts-expect-error there is no such device
  setDevice("gpu");
  // @ts-expect-error there is no such device
  toDevice(x, "cuda");
  // @ts-expect-error there is no such option
  sum(x, { axis: 0 });
  // @ts-expect-error there is no such option
  softmax(x, { axes: [0] });
  // @ts-expect-error there is no such reduction
  crossEntropy(x, x, { reduction: "average" });
}

function argumentsAreChecked(x: Tensor, p: Params): void {
  // @ts-expect-error the limits are missing
  randint(key(0), [2]);
  // @ts-expect-error the sizes are missing
  dynamicSlice(x, [x]);
  // @ts-expect-error what is summed is missing
  dotGeneral(x, x, { batch: [[], []] });
  // @ts-expect-error a key comes first
  normal([2, 3]);
  // @ts-expect-error a seed is a number
  key("seed");
  // @ts-expect-error a shape is a list
  full(3, 1);
  // @ts-expect-error a shape holds numbers
  reshape(x, ["2", 3]);
  // @ts-expect-error a tensor is no number
  x + 1;
  // @ts-expect-error text has no sum
  add(x, "1");
  // @ts-expect-error both values are needed
  where(x, 1);
  // @ts-expect-error the carry has one type
  scan((c: Tensor, x: Tensor) => [{ c }, x] as const, x, x);
  // @ts-expect-error the branches have one type
  cond(x, (x: Tensor) => x, (x: Tensor) => [x], x);
  // @ts-expect-error the carry has one type
  whileLoop((x: Tensor) => x, (x: Tensor) => ({ x }), x);
  // @ts-expect-error parameters of a layer are a record
  linear(x, x);
  // @ts-expect-error a layer has a weight
  conv1D({ bias: x }, x);
  // @ts-expect-error dropping out needs a rate
  dropout(x, { key: key(0) });
  // @ts-expect-error gradients have the type of the parameters
  sgd(0.1).update({ other: mul(2, x) }, sgd(0.1).init(p), p);
  // @ts-expect-error an optimizer ends a chain
  chain(sgd(0.1), clipByGlobalNorm(1));
}

Deno.test("functions: trees keep their types, names and arguments are checked", () => {
  assertEquals([resultsKeepTheirTypes, namesAreChecked, argumentsAreChecked].length, 3);
});
