import { assertEquals, assertThrows } from "@std/assert";
import { grad, hessian } from "../../autodiff/mod.ts";
import { jit, mul, ShapeError, square, sum, type Tensor, tensor, treeRavel } from "../../mod.ts";

const tree = { a: tensor([[1, 2], [3, 4]]), b: [tensor(5), tensor([6], { dtype: "bf16" })] };
type Params = typeof tree;

Deno.test("treeRavel: leaves in order as one vector, and back with their shapes and dtypes", async () => {
  const [vector, unravel] = treeRavel(tree);
  assertEquals([...await vector.data()], [1, 2, 3, 4, 5, 6]);
  const back = unravel(mul(vector, 2));
  assertEquals([...await back.a.data()], [2, 4, 6, 8]);
  assertEquals([back.a.shape, back.b[0]!.shape, back.b[1]!.dtype], [[2, 2], [], "bf16"]);
  assertThrows(() => unravel(tensor([1, 2])), ShapeError, "the tree has 6 elements");
  assertEquals(treeRavel({})[0].shape, [0]);
});

Deno.test("treeRavel: derivatives with respect to the vector", async () => {
  const [vector, unravel] = treeRavel(tree);
  const loss = ({ a, b }: Params): Tensor => mul(sum(square(a)), b[0]!);
  const flat = (v: Tensor): Tensor => loss(unravel(v));
  assertEquals([...await jit(grad(flat))(vector).data()], [10, 20, 30, 40, 30, 0]);
  const second = await hessian(flat)(vector).data();
  assertEquals([...second].slice(0, 6), [10, 0, 0, 0, 2, 0]);
});
