import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  add,
  cond,
  evaluate,
  grad,
  iota,
  less,
  matmul,
  mul,
  ones,
  scan,
  setDevice,
  sum,
  tanh,
  type Tensor,
  tensor,
  type Tree,
  treeLeaves,
  whileLoop,
} from "../../mod.ts";
import { openBackend } from "./_adapter.ts";

const backend = await openBackend();

/** Holds a computation on the device against the reference. */
async function same(make: () => Tree): Promise<void> {
  const run = async (device: "webgpu" | "reference"): Promise<number[][]> => {
    setDevice(device);
    const leaves = treeLeaves(make());
    await evaluate(leaves);
    return Promise.all(leaves.map(async (x) => Array.from(await x.data())));
  };
  try {
    const [want, got] = [await run("reference"), await run("webgpu")];
    assertEquals(got.map((x) => x.length), want.map((x) => x.length));
    got.forEach((xs, i) => xs.forEach((x, j) => assertAlmostEquals(x, want[i]![j]!, 1e-4)));
  } finally {
    setDevice("cpu");
  }
}

function network(w: Tensor): Tree {
  const xs = mul(add(iota([6, 4], { axis: 0, dtype: "f32" }), 1), 0.1);
  return scan(
    (h: Tensor, x: Tensor): [Tensor, Tensor] => {
      const next = tanh(add(matmul(h, w), x));
      return [next, sum(next)];
    },
    ones([4]),
    xs,
  );
}

Deno.test({
  name: "webgpuBackend: scan, its gradient and its slices run on the device",
  ignore: backend === null,
  fn: async () => {
    await same(() => network(mul(ones([4, 4]), 0.2)));
    await same(() => grad((w: Tensor) => sum(treeLeaves(network(w))[1]!))(mul(ones([4, 4]), 0.2)));
  },
});

Deno.test({
  name: "webgpuBackend: cond and whileLoop take the way that the device's values say",
  ignore: backend === null,
  fn: async () => {
    for (const x of [1, 5]) {
      await same(() =>
        cond(less(tensor(x), 3), (y: Tensor) => mul(y, 2), (y: Tensor) => add(y, 7), tensor(x))
      );
    }
    await same(() => whileLoop((x: Tensor) => less(x, 100), (x: Tensor) => mul(x, 3), tensor(1)));
  },
});
