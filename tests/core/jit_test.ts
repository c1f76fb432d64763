import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  add,
  grad,
  jit,
  mul,
  setDevice,
  square,
  sum,
  type Tensor,
  tensor,
  type Tree,
  zeros,
} from "../../mod.ts";
import { countingBackend } from "./_counting.ts";

const counts = countingBackend();
setDevice("webgpu");

/** `f` with a count of its calls. */
function counted<A extends readonly unknown[], B>(f: (...args: A) => B) {
  const calls = { count: 0, f: (...args: A): B => (calls.count++, f(...args)) };
  return calls;
}

Deno.test("jit: traces once for every structure, shape and dtype", async () => {
  const traced = counted((tree: Tree) => mul(2, sum((tree as { x: Tensor }).x)));
  const f = jit(traced.f);
  assertEquals(await f({ x: tensor([1, 2]) }).item(), 6);
  assertEquals(await f({ x: tensor([3, 4]) }).item(), 14);
  assertEquals(traced.count, 1);
  f({ x: tensor([1, 2, 3]) });
  f({ x: tensor([1, 2], { dtype: "i32" }) });
  f({ x: tensor([1, 2]), y: undefined });
  assertEquals(traced.count, 3);
  f({ x: tensor([1, 2]), y: zeros([1]) });
  assertEquals(traced.count, 4);
});

Deno.test("jit: static settings are compared by value", async () => {
  type Settings = { readonly scale: number; readonly axes: readonly number[] };
  const traced = counted((x: Tensor, { scale, axes }: Settings) => mul(scale, sum(x, { axes })));
  const f = jit(traced.f, { static: [1] });
  assertEquals(await f(tensor([1, 2]), { scale: 2, axes: [0] }).item(), 6);
  assertEquals(await f(tensor([1, 3]), { scale: 2, axes: [0] }).item(), 8);
  assertEquals(traced.count, 1);
  assertEquals(await f(tensor([1, 2]), { scale: 3, axes: [0] }).item(), 9);
  assertEquals(traced.count, 2);
});

Deno.test("jit: a bare number is refused and told what to do", () => {
  const f = jit((x: Tensor, lr: Tensor) => mul(x, lr));
  assertThrows(
    () => f(tensor(1), 0.1 as unknown as Tensor),
    TypeError,
    "Cannot use number as a tree: leaves are tensors; wrap it: tensor(x), or name the argument in " +
      "static",
  );
});

Deno.test("jit: a function that returns a Promise is refused", () => {
  const f = jit((x: Tensor) => Promise.resolve(x) as unknown as Tensor);
  assertThrows(() => f(tensor(1)), TypeError, "Cannot jit an async function");
});

Deno.test("jit: reading a value inside is refused", async () => {
  let reading: Promise<number> | undefined;
  jit((x: Tensor) => {
    reading = x.item();
    return x;
  })(tensor(1));
  await assertRejects(
    () => reading!,
    TypeError,
    "Cannot read the value of a function being transformed",
  );
});

Deno.test("jit: a value that leaves the function otherwise than as a result is refused", async () => {
  let kept: Tensor | undefined;
  jit((x: Tensor) => {
    kept = square(x);
    return x;
  })(tensor(2));
  await assertRejects(() => kept!.item(), TypeError, "outside of that function; return it");
});

Deno.test("jit: what is captured is no constant, and a lazy one is evaluated once", async () => {
  const lazy = mul(tensor([1, 2]), 3);
  const f = jit((x: Tensor) => add(x, lazy));
  assertEquals([...await f(tensor([1, 1])).data()], [4, 7]);
  const { nodes } = counts;
  await f(tensor([2, 2])).data();
  assertEquals(counts.nodes - nodes, 1); // the sum alone
});

Deno.test("jit: what is captured and given up is an error that names it", () => {
  const captured = tensor([1, 2]);
  const f = jit((x: Tensor) => add(x, captured));
  f(tensor([1, 1]));
  captured.dispose();
  assertThrows(() => f(tensor([1, 1])), TypeError, "shape [2]: it was given up by dispose");
});

Deno.test("jit: inside a trace it becomes part of what is traced", async () => {
  const inner = counted((x: Tensor) => square(x));
  const f = jit(inner.f);
  const g = grad((x: Tensor) => mul(3, f(x)));
  assertEquals(await g(tensor(2)).item(), 12);
  // A captured placeholder of an outer function: nothing of this call may be kept.
  const h = grad((x: Tensor) => jit((y: Tensor) => mul(x, y))(x));
  assertEquals(await h(tensor(5)).item(), 10);
  const outer = (x: Tensor): Tensor => {
    const product = jit((y: Tensor) => mul(x, y));
    return add(product(x), product(x));
  };
  assertEquals(await grad(outer)(tensor(1)).item(), 4);
  assertEquals(await grad(outer)(tensor(2)).item(), 8);
});

Deno.test("jit: results that are arguments, and one result twice", async () => {
  const f = jit((x: Tensor) => {
    const y = add(x, 1);
    return [x, y, y] as const;
  });
  const [x, y, z] = f(tensor([1, 2]));
  assertEquals([...await x.data()], [1, 2]);
  y.dispose();
  assertEquals([...await z.data()], [2, 3]);
});

Deno.test("jit: a donated argument is gone, and whoever uses it is told", async () => {
  const step = jit(function step(x: Tensor) {
    return add(x, 1);
  }, { donate: [0] });
  const x = tensor([1, 2]);
  assertEquals([...await step(x).data()], [2, 3]);
  assertThrows(() => add(x, 1), TypeError, "was given up by being donated to step");
  await assertRejects(() => x.data(), TypeError, "was given up by being donated to step");
});

Deno.test("jit: a donated buffer that another handle shares is not overwritten", async () => {
  const same = jit((x: Tensor) => x);
  const step = jit((x: Tensor) => add(x, 1), { donate: [0] });
  const x = add(tensor([1, 2]), 0);
  const alias = same(x);
  assertEquals([...await step(x).data()], [2, 3]);
  assertEquals([...await alias.data()], [1, 2]);
});

Deno.test("jit: one tensor both donated and not is refused", () => {
  const f = jit((x: Tensor, y: Tensor) => add(x, y), { donate: [0] });
  const x = tensor([1, 2]);
  assertThrows(
    () => f(x, x),
    TypeError,
    "Cannot donate a tensor of shape [2] to a jitted function: it is passed or captured twice",
  );
  const g = jit((y: Tensor) => add(x, y), { donate: [0] });
  assertThrows(() => g(x), TypeError, "passed or captured twice; pass a copy");
});

Deno.test("jit: runs without compiling anew", async () => {
  const f = jit((x: Tensor) => mul(square(x), 0.5));
  await f(tensor([1, 2])).data();
  const { compiles, runs } = counts;
  for (let i = 0; i < 5; i++) await f(tensor([i, i])).data();
  assertEquals([counts.compiles - compiles, counts.runs - runs], [0, 5]);
  assert(counts.uploads > 0);
});
