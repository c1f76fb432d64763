import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as g from "../../mod.ts";
import * as internal from "../../core/internal.ts";
import { jvp } from "../../autodiff/mod.ts";

g.setDevice("reference");

const { tensor } = g;

async function values(x: g.Tensor): Promise<unknown[]> {
  return [x.shape, [...await x.data()]];
}

async function assertClose(x: g.Tensor, y: g.Tensor, tolerance = 2e-6): Promise<void> {
  assertEquals(x.shape, y.shape);
  const [a, b] = [await x.data(), await y.data()];
  a.forEach((value, i) => assertAlmostEquals(value, b[i]!, tolerance));
}

/** Numbers in (-1, 1) that look random. */
function noise(shape: readonly number[], seed = 1): g.Tensor {
  const size = internal.sizeOf(shape);
  return tensor(
    Float64Array.from({ length: size }, (_, i) => Math.sin(1.7 * (i + 1) ** 2 * seed)),
    {
      shape,
      dtype: "f64",
    },
  );
}

const T = (x: g.Tensor): g.Tensor => g.swapAxes(x, -1, -2);
const definite = (shape: readonly number[]): g.Tensor => {
  const a = noise(shape);
  return g.add(g.matmul(a, T(a)), g.eye(shape.at(-1)!, { dtype: "f64" }));
};

Deno.test("matmul: takes vectors, matrices and batches as NumPy does", async () => {
  const [x, y] = [tensor([[1, 2], [3, 4]]), tensor([5, 6])];
  assertEquals(await values(g.matmul(x, y)), [[2], [17, 39]]);
  assertEquals(await values(g.matmul(y, x)), [[2], [23, 34]]);
  assertEquals(await values(g.matmul(y, y)), [[], [61]]);
  assertEquals(g.matmul(g.zeros([5, 1, 2, 3]), g.zeros([4, 3, 6])).shape, [5, 4, 2, 6]);
  assertEquals(g.matmul(g.zeros([2, 3]), g.zeros([4, 3, 6])).shape, [4, 2, 6]);
});

Deno.test("matmul: names the sides that do not fit", () => {
  assertThrows(() => g.matmul(g.zeros([2, 3]), g.zeros([4, 5])), g.ShapeError, "3 and 4 differ");
  assertThrows(() => g.matmul(tensor(1), tensor([1])), g.ShapeError, "a scalar is no matrix");
});

Deno.test("matmul: wraps 32-bit integers and rounds f16 once", async () => {
  const big = tensor([[2 ** 20 + 1]], { dtype: "i32" });
  const wrapped = Math.imul(2 ** 20 + 1, 2 ** 20 + 1);
  assertEquals(await values(g.matmul(big, big)), [[1, 1], [wrapped]]);
  const ones = g.full([1, 4096], 1, { dtype: "f16" });
  assertEquals(await values(g.matmul(ones, T(ones))), [[1, 1], [4096]]);
});

Deno.test("dotGeneral: orders axes as batch, rest of x, rest of y", () => {
  const z = g.dotGeneral(g.zeros([2, 3, 4, 5]), g.zeros([5, 3, 6]), {
    contract: [[-1], [0]],
    batch: [[1], [1]],
  });
  assertEquals(z.shape, [3, 2, 4, 6]);
  const odd = { contract: [[0], [0]] } as const;
  assertThrows(() => g.dotGeneral(g.zeros([2]), g.zeros([3]), odd), g.ShapeError, "2 and 3 differ");
});

Deno.test("dot, outer and tensordot: are products over other axes", async () => {
  const [x, y] = [tensor([1, 2]), tensor([3, 4])];
  assertEquals(await g.dot(x, y).item(), 11);
  assertEquals(await values(g.outer(x, y)), [[2, 2], [3, 4, 6, 8]]);
  assertEquals(g.tensordot(g.zeros([2, 3, 4]), g.zeros([3, 4, 5])).shape, [2, 5]);
});

Deno.test("einsum: sums, transposes, takes diagonals and multiplies", async () => {
  const x = tensor([[1, 2], [3, 4]]);
  assertEquals(await values(g.einsum("ij->j", x)), [[2], [4, 6]]);
  assertEquals(await values(g.einsum("ii", x)), [[], [5]]);
  assertEquals(await values(g.einsum("ii->i", x)), [[2], [1, 4]]);
  assertEquals(await values(g.einsum("ij,jk,kl->li", x, x, x)), [[2, 2], [37, 81, 54, 118]]);
  assertEquals(g.einsum("...ij,jk->...ik", g.zeros([5, 2, 3]), g.zeros([3, 4])).shape, [5, 2, 4]);
});

Deno.test("einsum: refuses a spec that does not fit", () => {
  const x = g.zeros([2, 3]);
  assertThrows(() => g.einsum("ij,jk->ik", x, x), g.ShapeError, 'axis "j" has sides 3 and 2');
  assertThrows(() => g.einsum("ij->ik", x), g.ShapeError, 'axis "k"');
  assertThrows(() => g.einsum("ijk->i", x), g.ShapeError, "does not name the 2 axes");
  assertThrows(() => g.einsum("ij,jk", x), g.ShapeError, "it names 2 operands");
});

Deno.test("convGeneral: slides the kernel over the padded input", async () => {
  const x = g.reshape(tensor([1, 2, 3, 4]), [1, 1, 4]);
  const w = g.reshape(tensor([1, 10]), [1, 1, 2]);
  assertEquals(await values(g.convGeneral(x, w)), [[1, 1, 3], [21, 32, 43]]);
  assertEquals(await values(g.convGeneral(x, w, { padding: 1, stride: 2 })), [
    [1, 1, 3],
    [10, 32, 4],
  ]);
  assertEquals(await values(g.convGeneral(x, w, { rhsDilation: 2 })), [[1, 1, 2], [31, 42]]);
  const options = { groups: 2 };
  assertEquals(g.convGeneral(g.zeros([1, 4, 5, 5]), g.zeros([6, 2, 3, 3]), options).shape, [
    1,
    6,
    3,
    3,
  ]);
});

Deno.test("convGeneral: parts of the batch have their own kernels", async () => {
  const x = g.reshape(tensor([1, 2, 3, 4]), [2, 1, 2]);
  const w = g.reshape(tensor([1, 10]), [2, 1, 1]);
  const y = g.convGeneral(x, w, { batchGroups: 2 });
  assertEquals(await values(y), [[1, 2, 2], [1, 2, 30, 40]]);
  const three = { batchGroups: 3 };
  assertThrows(() => g.convGeneral(x, w, three), g.ShapeError, "in 3 parts of the batch");
});

Deno.test("convGeneral: refuses channels and ranks that do not fit", () => {
  const [x, w] = [g.zeros([1, 4, 5]), g.zeros([6, 3, 3])];
  assertThrows(() => g.convGeneral(x, w), g.ShapeError, "4 channels in 1 groups");
  assertThrows(() => g.convGeneral(x, g.zeros([6, 4, 3, 3])), g.ShapeError, "same spatial axes");
  assertThrows(
    () => g.convGeneral(x, g.zeros([6, 4, 3]), { stride: [1, 1] }),
    g.ShapeError,
    "one entry",
  );
  const half = g.zeros([6, 4, 3], { dtype: "f16" });
  assertThrows(() => g.convGeneral(x, half), g.ShapeError, "the dtypes differ");
});

Deno.test("convTranspose: is the adjoint of the convolution with the same kernel", async () => {
  const [x, w] = [noise([2, 4, 7]), noise([6, 2, 3], 2)];
  const options = { stride: 2, padding: 1, groups: 2 };
  const y = g.convGeneral(x, w, options);
  const ct = noise(y.shape, 3);
  const back = g.convTranspose(ct, w, options);
  await assertClose(g.sum(g.mul(y, ct)), g.sum(g.mul(x, back)));
  const wider = g.convTranspose(ct, w, { ...options, outputPadding: 1 });
  assertEquals(wider.shape, [2, 4, 8]);
  assertThrows(() => g.convTranspose(x, w), g.ShapeError, "the channels of the input");
});

Deno.test("cholesky: has the product L Lᵀ, and NaN where there is none", async () => {
  const a = definite([2, 4, 4]);
  const l = g.cholesky(a);
  await assertClose(g.matmul(l, T(l)), a);
  await assertClose(g.cholesky(a, { upper: true }), T(l));
  const [bad] = await g.cholesky(tensor([[-1]])).data();
  assert(Number.isNaN(bad));
  assertThrows(() => g.cholesky(g.zeros([2, 3])), g.ShapeError, "not square");
});

Deno.test("cholesky: its derivative agrees with differences", async () => {
  await differences((x) => [g.cholesky(x)], definite([3, 3]), noise([3, 3], 3));
});

Deno.test("eigh: has the product V diag(w) Vᵀ, and its derivative agrees with differences", async () => {
  const a = definite([5, 5]);
  const [w, v] = g.eigh(a);
  await assertClose(g.matmul(g.mul(v, g.expandDims(w, 0)), T(v)), a);
  const ordered = [...await w.data()];
  assertEquals(ordered, ordered.toSorted((x, y) => x - y));
  await differences(g.eigh, a, noise([5, 5], 3));
});

Deno.test("qr: has orthonormal columns and the product A, tall and wide", async () => {
  for (const shape of [[6, 3], [3, 3], [3, 5], [2, 4, 3], [1, 1]]) {
    const a = noise(shape);
    const [q, r] = g.qr(a);
    await assertClose(g.matmul(q, r), a);
    const unit = g.eye(Math.min(...shape.slice(-2)), { dtype: "f64" });
    const gram = g.matmul(T(q), q);
    await assertClose(gram, g.broadcastTo(unit, gram.shape));
    await assertClose(r, g.triu(r));
  }
  assertThrows(() => g.qr(g.zeros([3])), g.ShapeError, "it takes matrices");
  assertThrows(() => g.qr(g.arange(0, 3)), g.ShapeError, "it takes floats");
});

Deno.test("svd: has orthonormal factors and the product A, also where A is singular", async () => {
  const singular = g.matmul(noise([5, 2]), noise([2, 4], 2));
  for (const a of [noise([6, 3]), noise([3, 6]), noise([2, 4, 4]), singular, g.zeros([3, 2])]) {
    const [u, s, vt] = g.svd(a);
    await assertClose(g.matmul(g.mul(u, g.expandDims(s, -2)), vt), a);
    for (const gram of [g.matmul(T(u), u), g.matmul(vt, T(vt))]) {
      await assertClose(
        gram,
        g.broadcastTo(g.eye(gram.shape.at(-1)!, { dtype: "f64" }), gram.shape),
      );
    }
    const flat = await g.reshape(s, [-1]).data();
    assert(flat.every((x) => x >= 0));
  }
});

Deno.test("triangularSolve: reads one triangle, from either side", async () => {
  const a = g.add(noise([3, 3]), g.mul(4, g.eye(3, { dtype: "f64" })));
  const b = noise([3, 2], 2);
  await assertClose(g.matmul(g.triu(a), g.triangularSolve(a, b)), b);
  const lower = g.triangularSolve(a, b, { lower: true, transpose: true });
  await assertClose(g.matmul(T(g.tril(a)), lower), b);
  await assertClose(g.matmul(g.triangularSolve(a, T(b), { left: false }), g.triu(a)), T(b));
  assertThrows(() => g.triangularSolve(a, T(b)), g.ShapeError, "the rows");
});

Deno.test("lu: has the product P A", async () => {
  const a = noise([4, 4]);
  const [factors, rows] = g.lu(a);
  const low = g.add(g.tril(factors, { k: -1 }), g.eye(4, { dtype: "f64" }));
  await assertClose(g.matmul(low, g.triu(factors)), g.take(a, rows));
});

Deno.test("solve, inv, det and slogDet: agree with one another", async () => {
  const a = noise([2, 3, 3]);
  const b = noise([2, 3, 2], 2);
  await assertClose(g.matmul(a, g.solve(a, b)), b);
  await assertClose(g.matmul(g.inv(a), b), g.solve(a, b));
  const [sign, logAbs] = g.slogDet(a);
  await assertClose(g.mul(sign, g.exp(logAbs)), g.det(a));
  assertEquals(await g.det(tensor([[1, 2], [3, 4]])).item(), -2);
  assertThrows(() => g.solve(a, g.zeros([2, 2])), g.ShapeError, "needs 3 rows");
});

Deno.test("pinv, lstsq and matrixPower: are products of inverses", async () => {
  const a = noise([5, 3]);
  const b = noise([5], 2);
  await assertClose(g.matmul(g.pinv(a), a), g.eye(3, { dtype: "f64" }));
  await assertClose(g.lstsq(a, b), g.matmul(g.pinv(a), b));
  const square = definite([3, 3]);
  await assertClose(g.matrixPower(square, 3), g.matmul(square, g.matmul(square, square)), 1e-4);
  await assertClose(g.matrixPower(square, -1), g.inv(square));
  await assertClose(g.matrixPower(square, 0), g.eye(3, { dtype: "f64" }));
});

Deno.test("norm: has the orders of vectors and matrices", async () => {
  const x = tensor([3, -4]);
  const orders = [undefined, 1, 2, Infinity, -Infinity, 0];
  const expected = [5, 7, 5, 4, 3, 2];
  for (const [i, ord] of orders.entries()) {
    assertAlmostEquals(
      await g.norm(x, ord === undefined ? {} : { ord }).item(),
      expected[i]!,
      1e-6,
    );
  }
  const a = tensor([[3, 0], [4, 0]]);
  assertEquals(await g.norm(a, { ord: 1 }).item(), 7);
  assertEquals(await g.norm(a, { ord: Infinity }).item(), 4);
  assertAlmostEquals(await g.norm(a, { ord: "nuc" }).item(), 5, 1e-5);
  assertEquals(g.norm(a, { axes: 0, keepDims: true }).shape, [1, 2]);
  assertThrows(() => g.norm(x, { ord: "nuc" }), RangeError, "name two axes");
  assertThrows(() => g.norm(a, { ord: 3 }), RangeError, "the orders are");
});

/** Checks tangents of f at `x` along `d` with central differences. */
async function differences(
  f: (x: g.Tensor) => readonly g.Tensor[],
  x: g.Tensor,
  d: g.Tensor,
): Promise<void> {
  const h = 1e-5;
  const [, tangents] = jvp(f, [x], [d]) as readonly [unknown, readonly g.Tensor[]];
  const above = f(g.add(x, g.mul(h, d)));
  const below = f(g.sub(x, g.mul(h, d)));
  for (const [i, tangent] of tangents.entries()) {
    await assertClose(tangent, g.div(g.sub(above[i]!, below[i]!), 2 * h), 1e-5);
  }
}
