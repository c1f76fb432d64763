import { assertEquals } from "@std/assert";
import * as g from "../../../core/mod.ts";
import * as o from "../../../core/ops/mod.ts";
import { accessOf } from "../../../kernels/plan/access.ts";
import { check, f32, graphOf, kindsOf, MACHINE } from "./_graphs.ts";

Deno.test("scheduleGraph: a chain of maps is one kernel", () => {
  const graph = graphOf((x, y) => [g.add(g.tanh(g.mul(x, y)), 1)], f32([4, 6], [4, 6]));
  assertEquals(kindsOf(check(graph)), ["map"]);
});

Deno.test("scheduleGraph: softmax is one row kernel", () => {
  const graph = graphOf((x) => [o.softmax(x, { axis: -1 })], f32([5, 12]));
  assertEquals(kindsOf(check(graph)), ["row"]);
});

Deno.test("scheduleGraph: layer norm is one row kernel", () => {
  const norm = (x: g.Tensor, w: g.Tensor, b: g.Tensor): g.Tensor[] => {
    const mean = o.mean(x, { axes: [-1], keepDims: true });
    const centred = g.sub(x, mean);
    const variance = o.mean(g.mul(centred, centred), { axes: [-1], keepDims: true });
    return [g.add(g.mul(g.mul(centred, g.rsqrt(g.add(variance, 1e-5))), w), b)];
  };
  assertEquals(kindsOf(check(graphOf(norm, f32([2, 3, 8], [8], [8])))), ["row"]);
});

Deno.test("scheduleGraph: a product with bias and gelu is one kernel", () => {
  const gelu = (x: g.Tensor): g.Tensor =>
    g.mul(g.mul(x, 0.5), g.add(g.tanh(g.mul(g.add(x, g.mul(g.integerPow(x, 3), 0.044)), 0.8)), 1));
  const graph = graphOf((x, w, b) => [gelu(g.add(o.matmul(x, w), b))], f32([2, 5, 4], [4, 8], [8]));
  const schedule = check(graph);
  assertEquals(kindsOf(schedule), ["product"]);
  const { ir } = schedule.kernels[0]!;
  assertEquals(ir.kind === "product" && ir.epilogue !== undefined, true);
});

Deno.test("scheduleGraph: x times W transposed reads W by strides", () => {
  const graph = graphOf((x, w) => [o.matmul(x, g.transpose(w))], f32([5, 4], [8, 4]));
  const schedule = check(graph);
  assertEquals(kindsOf(schedule), ["product"]);
  const { ir } = schedule.kernels[0]!;
  assertEquals(ir.kind === "product" && [ir.b.loader, ir.plain?.rowStride], [undefined, 8]);
});

Deno.test("scheduleGraph: column sums are one col kernel", () => {
  const graph = graphOf((x) => [o.sum(x, { axes: [0] })], f32([6, 4]));
  assertEquals(kindsOf(check(graph)), ["col"]);
});

Deno.test("scheduleGraph: what is dear in sums of columns is computed once a column", () => {
  const scaled = (x: g.Tensor): g.Tensor[] => [g.mul(x, g.exp(g.tanh(o.sum(x, { axes: [0] }))))];
  const { kernels } = check(graphOf(scaled, f32([64, 32])));
  const names = kernels.map(({ name }) => name);
  assertEquals(names.map((name) => name.split(" ")[1]), ["64x32", "1x32", "64x32"]);
  assertEquals(kernels.map(({ ir }) => ir.kind), ["col", "map", "map"]);
  const rows = (x: g.Tensor): g.Tensor[] => [
    g.mul(x, g.exp(g.tanh(o.sum(x, { axes: [1], keepDims: true })))),
  ];
  assertEquals(kindsOf(check(graphOf(rows, f32([64, 32])))), ["row"]);
});

Deno.test("scheduleGraph: a product's chain binds no more buffers than the machine may", () => {
  const shapes = Array.from({ length: 13 }, () => [5, 8]);
  const graph = graphOf(
    (x, w, ...others) => [others.reduce((sum, y) => g.add(g.tanh(sum), y), o.matmul(x, w))],
    f32([5, 4], [4, 8], ...shapes),
  );
  const schedule = check(graph, { machine: { ...MACHINE, maxBuffers: 8 } });
  for (const { ir } of schedule.kernels) {
    const { reads, writes } = accessOf(ir);
    assertEquals(new Set([...reads, ...writes]).size <= 8, true);
  }
  assertEquals(kindsOf(check(graph)), ["product"]);
});
