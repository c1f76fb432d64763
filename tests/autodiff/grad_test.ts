import { assertEquals, assertThrows } from "@std/assert";
import {
  add,
  convert,
  evaluate,
  Graph,
  makeGraph,
  matmul,
  mul,
  ShapeError,
  sin,
  stopGradient,
  sum,
  tanh,
  type Tensor,
  tensor,
  TreeError,
} from "../../core/mod.ts";
import { checkpoint, grad, valueAndGrad, vjp } from "../../autodiff/mod.ts";
import { assertClose, f64 } from "./_close.ts";

type Params = {
  readonly w: Tensor;
  readonly layers: readonly { readonly b: Tensor }[];
  readonly optional?: Tensor;
};

const params: Params = { w: f64([1, 2]), layers: [{ b: f64(3) }, { b: f64(4) }] };
const loss = (p: Params, x: Tensor, config: { readonly scale: number }): Tensor =>
  mul(config.scale, sum(mul(mul(p.w, x), p.layers[1]!.b)));

Deno.test("grad: returns the argument's tree, zeros where nothing depends", async () => {
  const g: Params = grad(loss)(params, f64([5, 6]), { scale: 2 });
  await assertClose(g.w, [40, 48]);
  await assertClose(g.layers[0]!.b, [0]);
  await assertClose(g.layers[1]!.b, [34]);
  assertEquals("optional" in g, false);
});

Deno.test("valueAndGrad: value, gradient, positions and auxiliary results", async () => {
  const { value, grad: g } = valueAndGrad(loss)(params, f64([5, 6]), { scale: 2 });
  await assertClose(value, [136]);
  await assertClose(g.w, [40, 48]);
  const second = valueAndGrad(loss, { argnums: 1 })(params, f64([5, 6]), { scale: 2 });
  await assertClose(second.grad, [8, 16]);
  const last = grad((x: Tensor, y: Tensor) => mul(x, mul(y, y)), { argnums: -1 });
  await assertClose(last(f64(2), f64(3)), [12]);
  const f = (x: Tensor): readonly [Tensor, { readonly twice: Tensor }] => [
    mul(x, x),
    { twice: mul(x, 2) },
  ];
  const aux = valueAndGrad(f, { hasAux: true })(f64(3));
  await assertClose(aux.value, [9]);
  await assertClose(aux.grad, [6]);
  await assertClose(aux.aux.twice, [6]);
  const short = grad(f, { hasAux: true })(f64(3));
  await assertClose(short.grad, [6]);
  await assertClose(short.aux.twice, [6]);
});

Deno.test("grad: has the leaf's dtype", () => {
  const g = grad((x: Tensor) => sum(convert(mul(x, x), "f32")))(tensor([1, 2], { dtype: "bf16" }));
  assertEquals(g.dtype, "bf16");
});

Deno.test("grad: refuses integer leaves by path", () => {
  const p = { layer: { ids: tensor([1], { dtype: "i32" }), w: f64(1) } };
  const error = assertThrows(
    () => grad((p: { readonly layer: { readonly w: Tensor } }) => p.layer.w)(p),
    TreeError,
    'i32[1] at "layer.ids": only float tensors have gradients; split the tree with treePartition',
  );
  assertEquals(error.path, "layer.ids");
});

Deno.test("grad: refuses results that are no float scalar", () => {
  assertThrows(
    () => grad(sin)(f64([1, 2])),
    ShapeError,
    "result f64[2]: it must be a float scalar",
  );
  assertThrows(() => grad((x: Tensor) => convert(x, "i32"))(f64(1)), ShapeError, "result i32[]");
  const tree = ((x: Tensor) => ({ x })) as unknown as (x: Tensor) => Tensor;
  assertThrows(() => grad(tree)(f64(1)), TypeError, "the result must be one scalar");
  assertThrows(() => grad(sin, { argnums: 1 })(f64(1)), RangeError, "was given 1 arguments");
});

Deno.test("grad: nothing passes stopGradient", async () => {
  const f = (x: Tensor): Tensor => mul(x, stopGradient(mul(x, x)));
  await assertClose(grad(f)(f64(3)), [9]);
});

Deno.test("grad: builds no product for the gradients of other arguments", () => {
  const [r, n] = [2, 16];
  const random = (shape: readonly number[]): Tensor =>
    tensor(Float32Array.from({ length: shape[0]! * shape[1]! }, (_, i) => Math.sin(i)), { shape });
  const w = random([n, n]);
  const x = random([4, n]);
  const adapter = { a: random([n, r]), b: random([r, n]) };
  const lora = (p: typeof adapter, w: Tensor): Tensor => {
    const layer = (x: Tensor): Tensor => tanh(add(matmul(x, w), matmul(matmul(x, p.a), p.b)));
    return sum(layer(layer(x)));
  };
  const weightShaped = (graph: Graph): number =>
    graph.nodes.filter((node) =>
      node.primitive.name === "dot_general" && graph.avals[node.out]!.shape.join() === `${n},${n}`
    ).length;
  assertEquals(weightShaped(makeGraph(grad(lora))(adapter, w)), 0);
  assertEquals(weightShaped(makeGraph(grad(lora, { argnums: 1 }))(adapter, w)), 2);
});

Deno.test("checkpoint: repeats its products in the backward pass, behind fences", () => {
  const w = tensor([[1, 2], [3, 4]]);
  const block = (x: Tensor): Tensor => tanh(matmul(tanh(matmul(x, w)), w));
  const f = (block: (x: Tensor) => Tensor) => (x: Tensor): Tensor => sum(block(block(x)));
  const x = tensor([[1, 2]]);
  const plain = makeGraph(valueAndGrad(f(block)))(x);
  const kept = makeGraph(valueAndGrad(f(checkpoint(block))))(x);
  assertEquals(count(plain, "dot_general"), 8);
  // Forward, forward again, backward.
  assertEquals(count(kept, "dot_general"), 12);
  assertEquals(count(kept, "fence"), 2);
});

Deno.test("vjp: cotangents are checked against the result", () => {
  const [, pull] = vjp((x: Tensor) => mul(x, x), [f64([1, 2])]);
  assertThrows(() => pull(f64(1)), ShapeError, "the result is f64[2]");
  assertThrows(() => pull([f64(1)] as unknown as Tensor), TreeError, "structure");
});

Deno.test("grad: a chain of 100,000 nodes", async () => {
  const steps = 100_000;
  const f = (x: Tensor): Tensor => {
    let y = x;
    for (let i = 0; i < steps; i++) y = i % 2 === 0 ? sin(y) : mul(y, 1.0001);
    return y;
  };
  const g = grad(f)(tensor(0.5));
  await evaluate(g);
  assertEquals(Number.isFinite(await g.item()), true);
});

/** Nodes of a primitive in a Graph and in those that its nodes hold. */
function count(graph: Graph, name: string): number {
  return graph.nodes.reduce((sum, node) => {
    const held = Object.values(node.params ?? {}).filter((p) => p instanceof Graph);
    const inner = held.reduce((sum: number, graph) => sum + count(graph as Graph, name), 0);
    return sum + inner + Number(node.primitive.name === name);
  }, 0);
}
