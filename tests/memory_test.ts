import { assert, assertEquals } from "@std/assert";
import { grad, valueAndGrad } from "../autodiff/mod.ts";
import {
  currentBackend,
  evaluate,
  jit,
  matmul,
  mean,
  memory,
  mul,
  scope,
  square,
  sub,
  tanh,
  type Tensor,
  tensor,
} from "../mod.ts";

const loss = (w: Tensor, x: Tensor): Tensor => mean(square(tanh(matmul(x, w))));

function live(): { bytes: number; buffers: number } {
  return memory()[currentBackend().name] ?? { bytes: 0, buffers: 0 };
}

function ramp(shape: readonly number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(Float32Array.from({ length: size }, (_, i) => Math.sin(i)), { shape });
}

Deno.test("jit with donation: 500 steps run in constant memory", async () => {
  const step = jit((w: Tensor, x: Tensor) => {
    const { value, grad } = valueAndGrad(loss)(w, x);
    return { w: sub(w, mul(0.1, grad)), value };
  }, { donate: [0] });
  let w = ramp([32, 32]);
  const x = ramp([16, 32]);
  let early = 0;
  for (let i = 0; i < 500; i++) {
    const result = step(w, x);
    w = result.w;
    result.value.dispose();
    if (i === 10) early = live().buffers;
  }
  await w.data();
  assert(
    live().buffers <= early + 1,
    `${early} buffers after 10 steps, ${live().buffers} after 500`,
  );
});

Deno.test("scope: keeps what is returned and frees the rest", async () => {
  await evaluate(ramp([4]));
  const before = live().buffers;
  const kept = await scope(() => {
    const a = square(ramp([8, 8]));
    return matmul(a, tanh(a));
  });
  assertEquals(kept.shape, [8, 8]);
  assertEquals(live().buffers, before + 1);
  await kept.data();
  kept.dispose();
  assertEquals(live().buffers, before);
});

Deno.test("an un-jitted loop that reads only its loss keeps a bounded expression", async () => {
  let w = ramp([8, 8]);
  const x = ramp([4, 8]);
  let unevaluated = 0;
  for (let i = 0; i < 30; i++) {
    const value = loss(w, x);
    w = sub(w, mul(0.1, grad(loss)(w, x)));
    await value.item();
    unevaluated = Math.max(unevaluated, depthOf(w));
  }
  assert(unevaluated < 200, `an expression grew to ${unevaluated} nodes`);
});

Deno.test("a loop that gives nothing up runs in bounded memory", async () => {
  const x = ramp([1024, 1024]);
  let most = 0;
  for (let i = 0; i < 400; i++) {
    await evaluate(mul(x, i));
    most = Math.max(most, live().bytes);
  }
  // 400 results of 4 MB each: without a collection 1.6 GB.
  assert(most < 1.2e9, `${most} bytes were live at once`);
});

/** Number of unevaluated nodes behind a tensor. */
function depthOf(x: Tensor): number {
  const seen = new Set<unknown>();
  const stack = [x];
  while (stack.length > 0) {
    const { source } = stack.pop()!;
    if (source.kind !== "lazy" || seen.has(source.node)) continue;
    seen.add(source.node);
    stack.push(...source.node.inputs);
  }
  return seen.size;
}
