import { assertThrows } from "@std/assert";
import { add, jit, mul, sin, square, sub, sum, type Tensor, tensor } from "../../core/mod.ts";
import {
  allGather,
  axisIndex,
  axisSize,
  grad,
  jvp,
  pmax,
  pmean,
  pmin,
  ppermute,
  psum,
  scan,
  vmap,
} from "../../autodiff/mod.ts";
import { assertClose, f64 } from "./_close.ts";

const over = { axisName: "i" } as const;

Deno.test("collectives: act between the rows of a named axis, jitted too", async () => {
  const x = f64([1, 5, 3]);
  const rows = (f: (x: Tensor) => Tensor): Tensor => jit(vmap(f, over))(x);
  await assertClose(rows((x) => psum(x, "i")), [9, 9, 9]);
  await assertClose(rows((x) => sub(x, pmean(x, "i"))), [-2, 2, 0]);
  await assertClose(rows((x) => sub(pmax(x, "i"), pmin(x, "i"))), [4, 4, 4]);
  await assertClose(rows((x) => mul(x, axisIndex("i"))), [0, 5, 6]);
  await assertClose(rows((x) => allGather(x, "i")), [1, 5, 3, 1, 5, 3, 1, 5, 3]);
  await assertClose(rows((x) => ppermute(x, "i", [[0, 1], [1, 2]])), [0, 1, 5]);
  await assertClose(rows((x) => mul(axisSize("i"), x)), [3, 15, 9]);
});

Deno.test("collectives: derivatives go through, inside of the map and outside", async () => {
  const x = f64([0.3, 0.7, 1.1]);
  const f = (x: Tensor): Tensor => sin(mul(x, psum(square(x), "i")));
  const direct = (x: Tensor): Tensor => sin(mul(x, sum(square(x))));
  const total = (g: (x: Tensor) => Tensor) => (x: Tensor): Tensor => sum(g(x));
  await assertClose(grad(total(vmap(f, over)))(x), grad(total(direct))(x));
  const dx = f64([1, -2, 0.5]);
  await assertClose(jvp(vmap(f, over), [x], [dx])[1], jvp(direct, [x], [dx])[1]);
  // The gradient of a row's own result: what the rows get from each other adds up.
  await assertClose(vmap(grad(f), over)(x), grad(total(direct))(x));
});

Deno.test("collectives: two names, and a loop in between", async () => {
  const x = f64([[1, 2], [3, 4], [5, 6]]);
  const inner = (x: Tensor): Tensor => sub(psum(x, "i"), mul(10, psum(x, "j")));
  const both = vmap(vmap(inner, { axisName: "j" }), over);
  await assertClose(both(x), [9 - 30, 12 - 30, 9 - 70, 12 - 70, 9 - 110, 12 - 110]);
  const looped = (x: Tensor): Tensor =>
    scan((c: Tensor) => [add(c, psum(c, "i")), null], x, null, { length: 2 })[0];
  // 1 and 2: 4 and 5, then 13 and 14.
  await assertClose(vmap(looped, over)(f64([1, 2])), [13, 14]);
});

Deno.test("collectives: refuse a name that nothing has, and rows that are not there", () => {
  const x = tensor([1, 2]);
  assertThrows(() => psum(x, "i"), RangeError, "no axis has a name here");
  assertThrows(() => vmap((x: Tensor) => psum(x, "j"), over)(x), RangeError, 'axes are "i"');
  const permuted = (pairs: [number, number][]) =>
    vmap((x: Tensor) => ppermute(x, "i", pairs), over)(x);
  assertThrows(() => permuted([[0, 2]]), RangeError, "rows 0 to 1");
  assertThrows(() => permuted([[0, 1], [1, 1]]), RangeError, "given twice");
});
