import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  add,
  allPrimitives,
  backendOf,
  cholesky,
  cond,
  evaluate,
  grad,
  jit,
  less,
  matmul,
  memory,
  mul,
  ones,
  qr,
  reshape,
  scan,
  setDevice,
  solve,
  sum,
  svd,
  type Tensor,
  tensor,
  type Tree,
  treeLeaves,
  whileLoop,
} from "../../mod.ts";
import { gpuProvider, setGpuProvider } from "../../kernels/webgpu/provider.ts";
import { openBackend } from "./_adapter.ts";

// As in a browser, where what is read has to be waited for.
setGpuProvider({ ...gpuProvider(), readsAtOnce: false });
const ignore = await openBackend() === null;

/** Runs on the device that waits, and forgets what it left. */
function waitingTest(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: `webgpuBackend, where reading waits: ${name}`,
    ignore,
    fn: async () => {
      setDevice("webgpu");
      try {
        await fn();
      } finally {
        setDevice("cpu");
      }
    },
  });
}

/** Holds a computation against the reference. */
async function same(make: () => Tree): Promise<void> {
  const run = async (device: "webgpu" | "reference"): Promise<number[][]> => {
    setDevice(device);
    return await Promise.all(treeLeaves(make()).map(async (x) => Array.from(await x.data())));
  };
  const [want, got] = [await run("reference"), await run("webgpu")];
  got.forEach((xs, i) => xs.forEach((x, j) => assertAlmostEquals(x, want[i]![j]!, 1e-4)));
}

const MATRIX = [[4, 1, 0.5], [1, 3, 0.2], [0.5, 0.2, 2]];

/** 3^n above a bound, by a loop whose length only the device knows. */
function power(bound: Tensor): Tensor {
  return whileLoop((x: Tensor) => less(x, bound), (x: Tensor) => mul(x, 3), tensor(1));
}

waitingTest("there is no reading at once", () => {
  assertEquals(backendOf("webgpu").readSync, undefined);
  return Promise.resolve();
});

waitingTest("cond and whileLoop take the way that the values say", async () => {
  for (const x of [1, 5]) {
    await same(() =>
      cond(less(tensor(x), 3), (y: Tensor) => mul(y, 2), (y: Tensor) => add(y, 7), tensor(x))
    );
  }
  await same(() => power(tensor(100)));
  await same(() => scan((c: Tensor, x: Tensor) => [add(c, power(x)), c], tensor(0), ones([3])));
});

waitingTest("linear algebra of the host, and its gradients", async () => {
  const a = (): Tensor => tensor(MATRIX);
  await same(() => cholesky(a()));
  await same(() => qr(a()));
  await same(() => svd(a())[1]);
  await same(() => solve(a(), ones([3])));
  await same(() => matmul(cholesky(a()), ones([3, 2])));
  await same(() => grad((x: Tensor) => sum(cholesky(x)))(a()));
});

waitingTest("programs that come later wait for those in line, in order", async () => {
  const f = jit((x: Tensor) => add(power(x), x));
  const first = f(tensor(50)); // 81 + 50
  const second = mul(first, 2);
  const third = jit((x: Tensor) => cholesky(reshape(x, [1, 1])))(second);
  const [a, b, c] = await Promise.all([first.item(), second.item(), third.item()]);
  assertEquals([a, b], [131, 262]);
  assertAlmostEquals(c, Math.sqrt(262), 1e-5);
});

waitingTest("a loop with donation leaves alone what was read before", async () => {
  const step = jit((x: Tensor): [Tensor, Tensor] => {
    const next = add(x, power(x));
    return [next, mul(next, 10)];
  }, { donate: [0] });
  let state = add(ones([]), 0);
  await evaluate(state);
  const seen: Promise<number>[] = [];
  for (let i = 0; i < 6; i++) {
    const [next, loss] = step(state);
    state = next;
    seen.push(loss.item());
  }
  assertEquals(await Promise.all(seen), [20, 50, 140, 410, 1220, 3650]);
});

waitingTest("memory is given up when its last program has run", async () => {
  const f = jit((x: Tensor) => add(x, power(sum(x))));
  await evaluate(f(ones([64])));
  const before = backendOf("webgpu").memory().buffers;
  for (let i = 0; i < 20; i++) {
    const x = tensor(new Array(64).fill(i));
    const y = f(x);
    x.dispose();
    const [found] = await y.data();
    y.dispose();
    assert(found! >= 65 * i && found! <= Math.max(1, 193 * i), String(found));
  }
  await backendOf("webgpu").settled!();
  assert(backendOf("webgpu").memory().buffers <= before + 1, JSON.stringify(memory()));
});

waitingTest("who reads what could not be computed is told why", async () => {
  const primitive = allPrimitives().get("cholesky")!;
  const broken = { ...primitive };
  const evaluateOf = primitive.evaluate;
  try {
    Object.assign(primitive, {
      evaluate: () => {
        throw new RangeError("Cannot factor: it is a test");
      },
    });
    const factor = jit((x: Tensor) => cholesky(x))(tensor(MATRIX));
    const later = mul(factor, 2);
    await assertRejects(() => factor.data(), RangeError, "it is a test");
    await assertRejects(() => later.data(), RangeError, "it is a test");
  } finally {
    Object.assign(primitive, { ...broken, evaluate: evaluateOf });
  }
  await same(() => cholesky(tensor(MATRIX)));
});
