import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  add,
  any,
  backendOf,
  compileReport,
  convert,
  type DType,
  dynamicUpdateSlice,
  evaluate,
  explain,
  greater,
  iota,
  jit,
  key,
  less,
  logicalNot,
  matmul,
  mean,
  mul,
  normal,
  ones,
  reshape,
  setDevice,
  sin,
  sort,
  sum,
  tanh,
  type Tensor,
  tensor,
  type Tree,
  treeLeaves,
  zeros,
} from "../../core/mod.ts";
import { cond, forLoop, grad, jvp, scan, switchCase, vmap, whileLoop } from "../../autodiff/mod.ts";
import "../../mod.ts";

/** The results of a computation on the CPU, which must be those of the reference. */
async function same(make: () => Tree, tolerance = 2e-5): Promise<number[][]> {
  const run = async (device: "cpu" | "reference"): Promise<number[][]> => {
    setDevice(device);
    const leaves = treeLeaves(make());
    await evaluate(leaves);
    return Promise.all(leaves.map(async (x) => Array.from(await x.data())));
  };
  const expected = await run("reference");
  const got = await run("cpu");
  assertEquals(got.map((x) => x.length), expected.map((x) => x.length));
  got.forEach((xs, i) =>
    xs.forEach((x, j) => {
      const y = expected[i]![j]!;
      if (x !== y) assertAlmostEquals(x, y, tolerance * (1 + Math.abs(y)));
    })
  );
  return got;
}

async function kindsOf(f: (...args: Tensor[]) => Tree, ...args: Tensor[]): Promise<string[]> {
  setDevice("cpu");
  const report = await compileReport(f as (...args: Tensor[]) => Tensor)(...args);
  return report.kernels.map(({ kind }) => kind);
}

const noise = (seed: number, shape: readonly number[]): Tensor =>
  mul(normal(key(seed), shape), 0.3);
const W = () => noise(0, [13, 13]);
const xs = () => noise(1, [7, 13]);
const h0 = () => noise(2, [13]);

const rowSums = (table: Tensor): Tensor => sum(table, { axes: [0] });
const iotaRows = (): Tensor => mul(convert(iota([3, 13]), "f32"), 0.1);

/** The states of a recurrent network, and the last one. */
const network = (W: Tensor, xs: Tensor, h: Tensor): readonly [Tensor, Tensor] =>
  scan(
    (h: Tensor, x: Tensor): [Tensor, Tensor] => {
      const next = tanh(add(matmul(W, h), x));
      return [next, next];
    },
    h,
    xs,
  );

Deno.test("scan: a network and its gradients are those of the reference", async () => {
  await same(() => network(W(), xs(), h0()));
  const loss = (W: Tensor, xs: Tensor, h: Tensor): Tensor => {
    const [last, all] = network(W, xs, h);
    return add(sum(last), sum(mul(all, all)));
  };
  await same(() => grad(loss, { argnums: [0, 1, 2] })(W(), xs(), h0()));
  await same(() => grad((W: Tensor) => sum(grad(loss)(W, xs(), h0())))(W()), 1e-4);
  await same(() => jvp(loss, [W(), xs(), h0()], [noise(5, [13, 13]), xs(), h0()])[1]);
});

Deno.test("scan: its body is kernels, none of them on the host", async () => {
  const kinds = await kindsOf((W, xs, h) => network(W!, xs!, h!), W(), xs(), h0());
  assertEquals(kinds.includes("loop"), true);
  assertEquals(kinds.includes("host"), false);
});

Deno.test("scan: batches, reverse, jit and donation", async () => {
  await same(() =>
    vmap(network, { inAxes: [null, 0, 0] })(W(), noise(3, [4, 7, 13]), noise(4, [4, 13]))
  );
  const backwards = (c: Tensor, xs: Tensor): readonly [Tensor, Tensor] =>
    scan((c: Tensor, x: Tensor): [Tensor, Tensor] => [add(mul(c, 0.5), x), c], c, xs, {
      reverse: true,
    });
  await same(() => backwards(h0(), xs()));
  await same(() => grad((c: Tensor, xs: Tensor) => sum(sin(backwards(c, xs)[1])))(h0(), xs()));
  const step = jit((h: Tensor, xs: Tensor) => backwards(h, xs), { donate: [0, 1] });
  await same(() => step(h0(), xs()));
});

Deno.test("scan: slices of odd sizes and every dtype are read and written in place", async () => {
  for (const dtype of ["f32", "f16", "bf16", "i32", "u32", "i8", "u8", "bool"] as const) {
    for (const side of [1, 3, 5, 16]) {
      await same(() => {
        const xs = convert(greater(noise(side, [6, side]), 0), dtype as DType);
        const c = convert(ones([side]), dtype as DType);
        return [false, true].map((reverse) =>
          scan(
            (c: Tensor, x: Tensor): [Tensor, Tensor[]] => {
              const y = dtype === "bool" ? logicalNot(x) : add(x, c);
              return [y, [mulOr(y, x), c, x, y]];
            },
            c,
            xs,
            { reverse },
          )
        );
      });
    }
  }
});

function mulOr(x: Tensor, y: Tensor): Tensor {
  return x.dtype === "bool" ? greater(convert(x, "i32"), convert(y, "i32")) : mul(x, y);
}

Deno.test("scan: carries that swap, stay, repeat and come from elsewhere", async () => {
  await same(() => {
    const [a, b, k] = [h0(), noise(7, [13]), noise(8, [13])];
    return scan(
      ([a, b, c, d, e]: readonly Tensor[], x: Tensor): [Tensor[], Tensor[]] => {
        const s = add(a!, x);
        const t = sin(s);
        return [[b!, s, c!, s, x], [a!, c!, x, k, s, e!, d!, t, t]];
      },
      [a, b, k, a, b],
      xs(),
    );
  });
});

Deno.test("scan: carries that change places end where they belong", async () => {
  for (const length of [1, 2, 3, 4, 7]) {
    await same(() => {
      const [a, b, c] = [h0(), noise(7, [13]), noise(8, [13])];
      const turn = ([a, b, c]: readonly Tensor[]): [Tensor[], null] => [[b!, c!, a!], null];
      return scan(turn, [a, b, c], null, { length })[0];
    });
  }
});

Deno.test("scan: a carry that is updated in place, and constants", async () => {
  await same(() =>
    forLoop(
      [0, 5],
      (i: Tensor, table: Tensor) =>
        dynamicUpdateSlice(table, reshape(add(convert(i, "f32"), rowSums(table)), [1, 3]), {
          starts: [i, tensor(0, { dtype: "i32" })],
        }),
      zeros([5, 3]),
    )
  );
  await same(() =>
    scan((c: Tensor) => [add(c, 1), tensor([1, 2, 3])], tensor(0), null, { length: 3 })
  );
});

Deno.test("scan: no steps, nothing in them, nothing carried", async () => {
  await same(() => network(W(), zeros([0, 13]), h0()));
  await same(() => network(zeros([0, 0]), zeros([4, 0]), zeros([0])));
  await same(() =>
    scan((carry: Tensor[], x: Tensor): [Tensor[], Tensor] => [carry, sin(x)], [], xs())[1]
  );
  await same(() => grad((h: Tensor) => sum(network(W(), zeros([0, 13]), h)[0]))(h0()));
});

Deno.test("scan: within scan, with cond, while and host kernels within", async () => {
  const inner = (c: Tensor, x: Tensor): Tensor =>
    scan(
      (c: Tensor, k: Tensor): [Tensor, null] => [
        cond(greater(sum(c), 0), (c: Tensor) => sin(add(c, k)), (c: Tensor) => mul(c, x), c),
        null,
      ],
      c,
      iotaRows(),
    )[0];
  const outer = (c: Tensor, xs: Tensor): readonly [Tensor, Tensor] =>
    scan(
      (c: Tensor, x: Tensor): [Tensor, Tensor] => {
        const y = inner(c, x);
        const z = whileLoop(
          (y: Tensor) => greater(sum(mul(y, y)), 1),
          (y: Tensor) => mul(y, 0.5),
          y,
        );
        return [sort(z), y];
      },
      c,
      xs,
    );
  await same(() => outer(h0(), xs()));
  const smooth = (c: Tensor, xs: Tensor): Tensor =>
    sum(scan((c: Tensor, x: Tensor): [Tensor, Tensor] => [inner(c, x), c], c, xs)[1]);
  await same(() => grad(smooth, { argnums: [0, 1] })(h0(), xs()));
  await same(() => vmap(grad(smooth))(noise(4, [3, 13]), noise(5, [3, 7, 13])));
});

Deno.test("cond: the branch that runs, its results in any form", async () => {
  for (const at of [-1, 0, 1, 2, 9]) {
    await same(() => {
      const [x, y] = [h0(), noise(3, [13])];
      return switchCase(
        tensor(at, { dtype: "i32" }),
        [
          (x: Tensor, y: Tensor) => [x, y, x],
          (x: Tensor, y: Tensor) => {
            const z = sin(x);
            return [z, z, y];
          },
          (x: Tensor) => [mul(x, 2), zeros([13]), sort(x)],
        ],
        x,
        y,
      ) as Tensor[];
    });
    const f = (x: Tensor): Tensor =>
      sum(cond(tensor(at > 0), (x: Tensor) => sin(x), (x: Tensor) => x, x));
    await same(() => grad(f)(h0()));
  }
});

Deno.test("whileLoop: alone, with constants, in batches and forward derivatives", async () => {
  const halve = (x: Tensor, limit: Tensor): readonly [Tensor, Tensor, Tensor] =>
    whileLoop(
      ([x]: readonly [Tensor, Tensor, Tensor]) => any(greater(x, limit)),
      ([x, n, going]) => [mul(x, 0.5), add(n, 1), logicalNot(going)] as const,
      [x, tensor(0, { dtype: "i32" }), tensor(true)] as const,
    );
  await same(() => halve(tensor([12, 3, 1]), tensor(1)));
  await same(() => halve(tensor([0.5]), tensor(1)));
  await same(() => vmap((x: Tensor) => halve(x, tensor(2)))(tensor([[12], [0.5], [3]])));
  await same(() => jvp((x: Tensor) => halve(x, tensor(1))[0], [tensor([12])], [tensor([1])])[1]);
  await same(() =>
    whileLoop(
      ([, go]: readonly [Tensor, Tensor]) => go,
      ([n]) => [add(n, 1), less(n, 4)] as const,
      [tensor(0), tensor(true)] as const,
    )
  );
});

Deno.test("scan: ten thousand steps are fast and leave no memory behind", async () => {
  setDevice("cpu");
  const walk = jit((c: Tensor) =>
    scan((c: Tensor): [Tensor, null] => [sin(add(c, 1)), null], c, null, { length: 10_000 })[0]
  );
  const x = tensor([0.1, 0.2]);
  await walk(x).data();
  const before = backendOf("cpu").memory();
  const start = performance.now();
  await walk(x).data();
  const spent = performance.now() - start;
  assertEquals(spent < 1000, true, `it took ${spent} ms`);
  for (let i = 0; i < 3; i++) walk(x).dispose();
  assertEquals(backendOf("cpu").memory().buffers <= before.buffers + 1, true);
});

Deno.test("scan and whileLoop: what no turn changes is computed once, before them", async () => {
  const f = (a: Tensor, b: Tensor, h: Tensor, xs: Tensor): readonly [Tensor[], Tensor[]] =>
    scan(
      ([h]: readonly Tensor[], x: Tensor): [Tensor[], Tensor[]] => {
        const merged = matmul(a, b);
        const scale = reshape(sum(merged, { axes: [1] }), [13]);
        const next = tanh(add(matmul(merged, h!), mul(x, scale)));
        return [[next, merged], [merged, scale, next]];
      },
      [h, W()],
      xs,
    );
  const inputs = (): [Tensor, Tensor, Tensor, Tensor] => [
    noise(3, [13, 2]),
    noise(4, [2, 13]),
    h0(),
    xs(),
  ];
  await same(() => f(...inputs()));
  const loss = (...args: [Tensor, Tensor, Tensor, Tensor]): Tensor => {
    const [[last, merged], [all]] = f(...args);
    return add(add(sum(last!), sum(merged!)), sum(mul(all!, all!)));
  };
  await same(() => grad(loss, { argnums: [0, 1, 2, 3] })(...inputs()));
  await same(() =>
    vmap(f, { inAxes: [0, null, null, null] })(
      noise(3, [2, 13, 2]),
      ...inputs().slice(1) as [
        Tensor,
        Tensor,
        Tensor,
      ],
    )
  );
  const g = (a: Tensor, b: Tensor, h: Tensor): Tensor =>
    whileLoop(
      (h: Tensor) => less(sum(h), sum(matmul(a, b))),
      (h: Tensor) => add(h, sum(mul(matmul(a, b), matmul(a, b)))),
      h,
    );
  await same(() => g(ones([13, 2]), ones([2, 13]), h0()));
  await same(() => g(zeros([13, 2]), ones([2, 13]), ones([13])));
  setDevice("cpu");
  const text = await explain((...args: [Tensor, Tensor, Tensor, Tensor]) => f(...args)[0])(
    ...inputs(),
  );
  assertEquals(text.includes("before scan: dot 1x13x13x2"), true, text);
  assertEquals(text.includes("in scan: dot 1x13x13x2"), false, text);
});

Deno.test("explain: shows a loop, and its kernels with the costs of all turns", async () => {
  setDevice("cpu");
  const f = (W: Tensor, xs: Tensor, h: Tensor): Tensor => network(W, xs, h)[0];
  const text = await explain(f)(W(), xs(), h0());
  assertEquals(text.includes("scan 7x"), true, text);
  assertEquals(text.includes("in scan: dot"), true, text);
  const report = await compileReport(f)(W(), xs(), h0());
  assertEquals(report.flops >= 7 * 13 * 13, true, text);
});

Deno.test("scan: of matrix products on several threads, with products before and after", async () => {
  const loop = (W: Tensor, h: Tensor): Tensor =>
    scan(
      (h: Tensor): [Tensor, null] => {
        const inner = (h: Tensor): [Tensor, null] => [tanh(matmul(h, W)), null];
        return [mul(scan(inner, h, null, { length: 3 })[0], matmul(h, W)), null];
      },
      h,
      null,
      { length: 10 },
    )[0];
  const f = (W: Tensor, h: Tensor): Tensor => matmul(loop(W, matmul(h, W)), W);
  const inputs = (): [Tensor, Tensor] => [mul(noise(9, [96, 96]), 0.3), noise(10, [80, 96])];
  for (let i = 0; i < 3; i++) await same(() => f(...inputs()), 1e-4);
  await same(() => grad((W: Tensor, h: Tensor) => mean(f(W, h)))(...inputs()), 1e-4);
});
