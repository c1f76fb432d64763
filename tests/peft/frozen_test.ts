import { assertEquals, assertThrows } from "@std/assert";
import {
  dispose,
  jit,
  key,
  mul,
  normal,
  scope,
  type Tensor,
  tensor,
  TreeError,
  treeMap,
  treeSize,
  treeZip,
} from "../../mod.ts";
import { grad } from "../../autodiff/mod.ts";
import { adamw } from "../../optim/mod.ts";
import { entriesWithFrozen, type Frozen, frozen, isFrozen, thaw } from "../../peft/_frozen.ts";
import { ramp } from "./_ramp.ts";

type Scaled = { readonly trained: Tensor; readonly fixed: Frozen };

const scaled = (factor: number): Scaled => ({
  trained: tensor(3),
  fixed: frozen(tensor(factor)),
});
const product = ({ trained, fixed }: Scaled): Tensor => mul(trained, thaw(fixed));

Deno.test("frozen: is no leaf and stays what it is", () => {
  const x = ramp([2, 2]);
  const tree = { a: ramp([3]), b: frozen(x) };
  assertEquals(treeSize(tree), 3);
  const mapped = treeMap((leaf) => mul(leaf, 2), tree);
  assertEquals([isFrozen(mapped.b), thaw(mapped.b) === x], [true, true]);
  assertEquals(entriesWithFrozen(tree).map(([path]) => path), ["a", "b"]);
});

Deno.test("frozen: grad, jit and optimizers pass it by", async () => {
  const start = scaled(5);
  const optimizer = adamw(0.1, { weightDecay: 0.5 });
  const step = jit((x: Scaled) => optimizer.update(grad(product)(x), optimizer.init(x), x)[0]);
  const after = step(start);
  assertEquals(thaw(after.fixed) === thaw(start.fixed), true);
  assertEquals((await after.trained.item()).toFixed(2), "2.75"); // 3 - 0.1 (1 + 0.5 · 3)
});

Deno.test("frozen: jit tells one tensor from another", async () => {
  const f = jit(product);
  const [two, five] = [scaled(2), scaled(5)];
  assertEquals(await Promise.all([f(two), f(five), f(two)].map((y) => y.item())), [6, 15, 6]);
});

Deno.test("frozen: trees with different ones do not go together", () => {
  const zip = () => treeZip(([a]) => a!, scaled(2), scaled(2));
  assertThrows(zip, TreeError, "the kinds of their nodes or weights differ");
});

Deno.test("frozen: outlives the scope that made it, if it is returned", async () => {
  const { made, other } = await scope(() => {
    const made = { trained: tensor(3), fixed: frozen(mul(2, tensor([1, 2]))) };
    return { made, other: frozen(normal(key(0), [2])) };
  });
  assertEquals(await thaw(made.fixed).data(), new Float32Array([2, 4]));
  assertEquals((await thaw(other).data()).length, 2);
});

Deno.test("frozen: dispose leaves it to the adapters that share it", async () => {
  const start = scaled(5);
  dispose(treeMap((leaf) => mul(leaf, 2), start));
  assertEquals(await product(start).item(), 15);
});
