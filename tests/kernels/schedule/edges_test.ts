import { assert, assertEquals } from "@std/assert";
import * as g from "../../../core/mod.ts";
import * as internal from "../../../core/internal.ts";
import * as o from "../../../core/ops/mod.ts";
import { scheduleGraph } from "../../../kernels/schedule/mod.ts";
import { check, f32, graphOf, kindsOf, MACHINE } from "./_graphs.ts";

const i32 = (...shapes: readonly g.Shape[]): g.Aval[] =>
  shapes.map((shape) => ({ shape, dtype: "i32" as const }));

Deno.test("scheduleGraph: arrays of no elements need no kernel", () => {
  const f = (x: g.Tensor): g.Tensor[] => [
    o.sum(x, { axes: [0] }),
    g.add(x, 1),
    g.concatenate([x, o.full([2, 4], 3), x], { axis: 0 }),
    o.matmul(o.full([2, 0], 1), x),
    internal.padZeros(x, { low: [1, 0], high: [2, -1], interior: [0, 0] }),
    internal.sliceAxis(g.exp(o.full([3, 4], 2)), { axis: 0, start: 1, stop: 1 }),
  ];
  assertEquals(kindsOf(check(graphOf(f, f32([0, 4])))).includes("host"), false);
  assertEquals(kindsOf(check(graphOf((x) => [g.add(x, 1)], f32([0, 4])))), []);
});

Deno.test("scheduleGraph: outputs that are one value or an input in another shape have their own memory", () => {
  const graph = graphOf((x) => {
    const y = g.tanh(x);
    return [y, g.reshape(y, [6]), g.reshape(x, [3, 2])];
  }, f32([2, 3]));
  const schedule = check(graph);
  assertEquals([kindsOf(schedule), new Set(schedule.outputs).size], [["map"], 3]);
});

Deno.test("scheduleGraph: a constant can be an output", () => {
  check(graphOf(() => [o.full([3], 2), g.iota([4])], f32([2])));
});

Deno.test("scheduleGraph: dynamicUpdateSlice writes a donated operand in place", () => {
  const graph = graphOf(
    (x, u, i) => [g.dynamicUpdateSlice(x, u, { starts: [i!, internal.constant(0, "i32")] })],
    [...f32([8, 4], [2, 4]), ...i32([])],
  );
  const donated = check(graph, { donated: [true] });
  assertEquals(kindsOf(donated), ["map"]);
  assertEquals(donated.buffers[donated.outputs[0]!]!.alias, donated.inputs[0]);
  assertEquals(kindsOf(check(graph)), ["copy", "map"]);
});

Deno.test("scheduleGraph: an update in place waits for nobody, since a shared operand is copied", () => {
  const graph = graphOf(
    (x, u) => {
      const y = g.tanh(x);
      const z = g.dynamicUpdateSlice(y, u, { starts: [internal.constant(1, "i32")] });
      return [z, g.mul(o.sum(y, { axes: [0] }), 2)];
    },
    f32([8], [2]),
  );
  check(graph);
});

Deno.test("scheduleGraph: an update in place of a reduction finds its result in memory", () => {
  const graph = graphOf((x, rows, ids) => {
    const sums = o.sum(x!, { axes: [0] });
    return [g.mul(internal.scatterRows(sums, [ids!, rows!], { kind: "max", axis: 0 }), 2)];
  }, [...f32([5, 4], [3]), ...i32([3])]);
  assertEquals(kindsOf(check(graph)), ["col", "map", "map"]);
});

Deno.test("scheduleGraph: dynamicSlice and take read at clamped places", () => {
  const graph = graphOf((x, i, ids) => [
    g.exp(g.dynamicSlice(x!, [i!, internal.constant(0, "i32")], { sizes: [3, 2] })),
    g.mul(o.take(x!, ids!, { axis: 1 }), 2),
  ], [...f32([4, 5]), ...i32([], [2, 3])]);
  assertEquals(kindsOf(check(graph)), ["map", "map"]);
});

Deno.test("scheduleGraph: scatter adds rows in order, also single elements", () => {
  for (const shape of [[6, 4], [6], [3, 6]]) {
    const axis = shape.length === 2 && shape[0] === 3 ? 1 : 0;
    const rows = shape.map((side, i) => i === axis ? 9 : side);
    const graph = graphOf(
      (x, u, ids) => [internal.scatterRows(x!, [ids!, u!], { kind: "add", axis })],
      [...f32(shape, rows), ...i32([9])],
    );
    const schedule = check(graph, { donated: [true] });
    assertEquals(kindsOf(schedule), ["map"]);
  }
});

Deno.test("scheduleGraph: products of bf16 load, accumulate in f32 and round", () => {
  const avals = f32([4, 6], [6, 8]).map((aval): g.Aval => ({ ...aval, dtype: "bf16" }));
  assertEquals(kindsOf(check(graphOf((x, y) => [o.matmul(x, y)], avals))), ["product"]);
});

Deno.test("scheduleGraph: dequantised weights are loaders and are never stored", () => {
  const graph = graphOf((x, w, s) => {
    const dense = g.mul(g.convert(w!, "f32"), s!);
    return [o.matmul(x!, dense), o.matmul(g.tanh(x!), dense)];
  }, [...f32([4, 6]), { shape: [6, 8], dtype: "i8" }, ...f32([8])]);
  const schedule = check(graph);
  assert(schedule.buffers.every((b) => b.role.kind !== "temporary" || b.size !== 48));
});

Deno.test("scheduleGraph: slices' gradients are one concatenation, stored by products", () => {
  const graph = graphOf((a, b, c, w) => {
    const part = (x: g.Tensor, i: number): g.Tensor =>
      internal.padZeros(o.matmul(x, w!), {
        low: [0, 4 * i],
        high: [0, 8 - 4 * i],
        interior: [0, 0],
      });
    return [g.add(g.add(part(a!, 0), part(b!, 1)), part(c!, 2))];
  }, f32([5, 3], [5, 3], [5, 3], [3, 4]));
  assertEquals(kindsOf(check(graph)), ["product", "product", "product"]);
});

Deno.test("scheduleGraph: random bits are made in the kernel that uses them", () => {
  const graph = graphOf(
    (x, k) => [o.sum(g.mul(x!, g.convert(g.randomBits(k!, [4, 5]), "f32")), { axes: [1] })],
    [...f32([4, 5]), { shape: [2], dtype: "u32" }],
  );
  assertEquals(kindsOf(check(graph)), ["row"]);
});

Deno.test("scheduleGraph: a fence keeps what is recomputed apart", () => {
  const f = (isFenced: boolean): number => {
    const graph = graphOf((x, w) => {
      const y = o.matmul(x!, w!);
      const z = o.sum(g.tanh(y), { axes: [0] });
      const again = isFenced ? g.fence([x!], [z])[0]! : x!;
      return [z, g.mul(o.matmul(again, w!), o.matmul(again, w!))];
    }, f32([4, 4], [4, 4]));
    return kindsOf(check(graph)).filter((kind) => kind === "product").length;
  };
  assertEquals([f(false), f(true)], [1, 2]);
});

Deno.test("scheduleGraph: a chain of 100,000 operations is cut into kernels", () => {
  const nodes: g.GraphNode[] = [];
  const avals: g.Aval[] = f32([8]);
  for (let i = 0; i < 100_000; i++) {
    const out = avals.length;
    const signature = internal.signatureOf(internal.addP as unknown as g.AnyPrimitive, null);
    const primitive = internal.addP as unknown as g.AnyPrimitive;
    nodes.push({ primitive, params: null, signature, inputs: [out - 1, 0], out, count: 1 });
    avals.push(avals[0]!);
  }
  const graph = new g.Graph(1, nodes, [avals.length - 1], avals);
  const { kernels } = scheduleGraph(graph, [false], MACHINE);
  assert(kernels.length > 100 && kernels.length < 1000, `${kernels.length} kernels`);
});

Deno.test("scheduleGraph: what has no kernel runs on the host, with all its results", () => {
  const graph = graphOf((x) => {
    const [q, r] = g.qr(g.tanh(x!));
    return [g.mul(q!, 2), g.add(r!, 1), o.argmax(g.exp(x!), { axis: 1 })];
  }, f32([4, 3]));
  const kinds = kindsOf(check(graph));
  assertEquals(kinds.filter((kind) => kind === "host").length, 1);
});

Deno.test("scheduleGraph: a matrix times a vector is a reduction along the matrix as it lies", () => {
  const product = (isTransposed: boolean): string[] => {
    const graph = graphOf(
      (x, w) => [o.matmul(g.tanh(x!), isTransposed ? g.transpose(w!) : w!)],
      f32([1, 64], isTransposed ? [96, 64] : [64, 96]),
    );
    return kindsOf(check(graph));
  };
  assertEquals([product(true), product(false)], [["map", "row"], ["map", "col"]]);
  const column = graphOf((x, w) => [g.exp(o.matmul(x!, w!))], f32([96, 64], [64, 1]));
  assertEquals(kindsOf(check(column))[0], "row");
  const bf16 = f32([1, 64], [64, 96]).map((aval): g.Aval => ({ ...aval, dtype: "bf16" }));
  check(graphOf((x, w) => [o.matmul(x!, w!)], bf16));
});
