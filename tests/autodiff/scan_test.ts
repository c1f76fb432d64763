import { assertEquals, assertThrows } from "@std/assert";
import {
  add,
  type Graph,
  jit,
  makeGraph,
  matmul,
  mul,
  ShapeError,
  sin,
  stack,
  sum,
  take,
  tanh,
  type Tensor,
  tensor,
  TreeError,
} from "../../core/mod.ts";
import { checkpoint, grad, jvp, scan, vmap } from "../../autodiff/mod.ts";
import { assertClose, f64 } from "./_close.ts";

type Rnn = (w: Tensor, x: Tensor, h: Tensor) => Tensor;

const w = f64([[0.1, 0.2], [0.3, -0.4]]);
const xs = f64([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]);
const h0 = f64([0.5, -0.5]);

/** A recurrent net as a scan, and the same unrolled. */
const rnn: Rnn = (w, x, h) => {
  const step = (h: Tensor, x: Tensor): [Tensor, Tensor] => {
    const next = tanh(add(matmul(h, w), x));
    return [next, mul(next, next)];
  };
  const [last, squares] = scan(step, h, x);
  return add(sum(last), sum(squares));
};
const unrolled: Rnn = (w, x, h) => {
  let total: Tensor | null = null;
  for (let i = 0; i < 3; i++) {
    h = tanh(add(matmul(h, w), take(x, tensor(i, { dtype: "i32" }), { axis: 0 })));
    const square = sum(mul(h, h));
    total = total ? add(total, square) : square;
  }
  return add(sum(h), total!);
};

Deno.test("scan: computes what the unrolled loop does", async () => {
  await assertClose(rnn(w, xs, h0), unrolled(w, xs, h0));
});

Deno.test("scan: has the gradients of the unrolled loop", async () => {
  await assertClose(
    grad((w: Tensor) => rnn(w, xs, h0))(w),
    grad((w: Tensor) => unrolled(w, xs, h0))(w),
  );
  await assertClose(
    grad((x: Tensor) => rnn(w, x, h0))(xs),
    grad((x: Tensor) => unrolled(w, x, h0))(xs),
  );
  await assertClose(
    grad((h: Tensor) => rnn(w, xs, h))(h0),
    grad((h: Tensor) => unrolled(w, xs, h))(h0),
  );
});

Deno.test("scan: second derivatives, forward mode, batches, checkpoint and jit", async () => {
  const second = (f: Rnn): Tensor =>
    grad((w: Tensor) => {
      const first = grad((w: Tensor) => f(w, xs, h0))(w);
      return sum(mul(first, mul(first, w)));
    })(w);
  await assertClose(second(rnn), second(unrolled), 1e-8);
  const along = f64([[1, 0], [1, 0]]);
  const push = (f: Rnn): Tensor => jvp((w: Tensor) => f(w, xs, h0), [w], [along])[1];
  await assertClose(push(rnn), push(unrolled));
  const rows = f64([[0.5, -0.5], [0.1, 0.2]]);
  const batch = (f: Rnn): Tensor => vmap((h: Tensor) => f(w, xs, h))(rows);
  await assertClose(batch(rnn), batch(unrolled));
  const batchGrad = (f: Rnn): Tensor => vmap(grad((h: Tensor) => f(w, xs, h)))(rows);
  await assertClose(batchGrad(rnn), batchGrad(unrolled));
  const gradBatch = (f: Rnn): Tensor =>
    grad((w: Tensor) => sum(vmap((h: Tensor) => f(w, xs, h))(rows)))(w);
  await assertClose(gradBatch(rnn), gradBatch(unrolled));
  const kept = jit(grad((w: Tensor) => checkpoint((w: Tensor) => rnn(w, xs, h0))(w)));
  await assertClose(kept(w), grad((w: Tensor) => unrolled(w, xs, h0))(w));
});

Deno.test("scan: the step may be a checkpoint, or hold another scan", async () => {
  const f = (step: (c: Tensor, x: Tensor) => Tensor) => (c: Tensor): Tensor =>
    scan((c: Tensor, x: Tensor) => [step(c, x), null], c, f64([1, 2, 3]))[0];
  const plain = (c: Tensor, x: Tensor): Tensor => sin(mul(c, x));
  const loop = (c: Tensor): Tensor => [1, 2, 3].reduce((c, x) => sin(mul(c, f64(x))), c);
  await assertClose(grad(f(checkpoint(plain)))(f64(0.7)), grad(loop)(f64(0.7)));
  const twice = (c: Tensor, x: Tensor): Tensor =>
    scan((c: Tensor) => [plain(c, x), null], c, null, { length: 1 })[0];
  await assertClose(grad(grad(f(twice)))(f64(0.7)), grad(grad(loop))(f64(0.7)));
});

Deno.test("scan: reverse, trees, integers in the carry and an empty carry of outputs", async () => {
  type Carry = { readonly p: Tensor; readonly k: Tensor };
  const step = (c: Carry, x: { readonly a: Tensor; readonly b: Tensor }) => {
    const p = add(mul(0.5, c.p), mul(x.a, x.b));
    return [{ p, k: add(c.k, 1) }, { y: p, k: c.k }] as const;
  };
  const init = { p: f64(1), k: tensor(0, { dtype: "i32" }) };
  const f = (a: Tensor) => scan(step, init, { a, b: f64([1, 10]) }, { reverse: true });
  const [last, ys] = f(f64([2, 3]));
  await assertClose(last.p, [0.5 * (0.5 + 30) + 2]);
  await assertClose(last.k, [2]);
  await assertClose(ys.y, [17.25, 30.5]);
  await assertClose(ys.k, [1, 0]);
  await assertClose(grad((a: Tensor) => f(a)[0].p)(f64([2, 3])), [1, 5]);
});

Deno.test("scan: no steps give the first carry and its gradient", async () => {
  const none = tensor([], { shape: [0, 2], dtype: "f64" });
  const f = (c: Tensor): Tensor => {
    const [last, ys] = scan((c: Tensor, x: Tensor) => [mul(c, x), sum(x)], c, none);
    return add(sum(mul(last, last)), sum(ys));
  };
  await assertClose(grad(f)(f64([1, 2])), [2, 4]);
});

Deno.test("scan: a weight that every step reads is not stacked", () => {
  const graph = makeGraph(grad((w: Tensor) => rnn(w, xs, h0)))(w);
  const shapes = graph.nodes.filter((node) => node.primitive.name === "scan")
    .flatMap((node) => graph.avals.slice(node.out, node.out + node.count))
    .map((aval) => aval.shape.join());
  assertEquals(shapes.includes("3,2,2"), false);
});

Deno.test("scan: tanh keeps one residual, from which 1 - y² is computed again", () => {
  const f = (c: Tensor): Tensor =>
    sum(scan((c: Tensor) => [tanh(c), null], c, null, { length: 5 })[0]);
  const graph: Graph = makeGraph(grad(f))(f64([1, 2]));
  const primal = graph.nodes.find((node) => node.primitive.name === "scan")!;
  assertEquals(primal.count, 2);
});

Deno.test("scan: refuses carries that change, and sides that differ", () => {
  const grow = (c: Tensor): [Tensor, null] => [stack([c, c]), null];
  assertThrows(() => scan(grow, f64(1), null, { length: 2 }), ShapeError, "f64[] before a step");
  const other = (c: { readonly a: Tensor }) => [{ b: c.a }, null] as never;
  assertThrows(() => scan(other, { a: f64(1) }, null, { length: 2 }), TreeError, "structure");
  const same = (c: Tensor): [Tensor, null] => [c, null];
  assertThrows(() => scan(same, f64(1), null), TypeError, "give xs, or length");
  assertThrows(() => scan(same, f64(1), [f64([1]), f64([1, 2])]), ShapeError, "leading side");
});
