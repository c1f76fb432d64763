import { assertEquals } from "@std/assert";
import * as g from "../../../core/mod.ts";
import * as internal from "../../../core/internal.ts";
import * as o from "../../../core/ops/mod.ts";
import { interpret } from "../../../kernels/interpret.ts";
import { runGraph } from "../../../kernels/reference.ts";
import { scheduleGraph } from "../../../kernels/schedule/mod.ts";
import { check, f32, graphOf, kindsOf, MACHINE } from "./_graphs.ts";

const typed = (dtype: g.DType, ...shapes: readonly g.Shape[]): g.Aval[] =>
  shapes.map((shape) => ({ shape, dtype }));

/** Holds the interpreter against the reference on given numbers, to the bit. */
function exact(graph: g.Graph, inputs: readonly (readonly number[])[]): void {
  const data = inputs.map((numbers) => Float64Array.from(numbers));
  const values = data.map((array, i) => ({ ...graph.avals[i]!, data: array }));
  const actual = interpret(scheduleGraph(graph, inputs.map(() => false), MACHINE), data);
  runGraph(graph, values).forEach((want, i) => assertEquals([...actual[i]!], [...want.data]));
}

Deno.test("scheduleGraph: argmax is one row kernel, with NaN first and ties by index", () => {
  const graph = graphOf(
    (x) => [o.argmax(x, { axis: 1 }), o.argmin(x, { axis: 1 }), o.argmax(x, { axis: 0 })],
    f32([3, 5]),
  );
  exact(graph, [[1, 3, 3, 0, 0, NaN, 1, NaN, 9, 2, -Infinity, 0, -0, Infinity, 4]]);
  assertEquals(kindsOf(check(graphOf((x) => [o.argmax(x, { axis: 1 })], f32([3, 50])))), ["row"]);
  check(
    graphOf((x) => [o.argmax(x, { axis: 0 }), o.argmin(x, { axis: 1 })], typed("bool", [4, 3])),
  );
});

Deno.test("scheduleGraph: running operations are one kernel of ordered rows", () => {
  for (const axis of [0, 1, 2]) {
    for (const reverse of [false, true]) {
      const graph = graphOf((x) => [
        o.cumsum(g.exp(x), { axis, reverse }),
        o.cumprod(x, { axis, reverse }),
        o.cummax(x, { axis, reverse }),
        o.cummin(g.transpose(x), { axis, reverse }),
        o.cumlogsumexp(x, { axis, reverse }),
      ], f32([3, 6, 5]));
      assertEquals(kindsOf(check(graph)), ["map", "map", "map", "map", "map"]);
    }
  }
  check(graphOf((x) => [o.cumsum(x, { axis: 0 }), o.cummax(x, { axis: 1 })], typed("i32", [7, 3])));
});

Deno.test("scheduleGraph: running operations along one long axis go in blocks", () => {
  for (const side of [1024, 1009]) {
    for (const reverse of [false, true]) {
      const f = (x: g.Tensor): g.Tensor[] => [
        o.cumsum(x, { reverse }),
        o.cummax(x, { reverse }),
        o.cumlogsumexp(x, { reverse }),
      ];
      check(graphOf(f, f32([side])));
    }
  }
  check(graphOf((x) => [o.cummin(x), o.cumsum(x)], typed("i32", [300])));
});

Deno.test("scheduleGraph: scatter sets, multiplies and takes extrema of rows in order", () => {
  for (const kind of ["set", "mul", "min", "max"] as const) {
    const graph = graphOf(
      (x, ids, rows) => [internal.scatterRows(x!, [ids!, rows!], { kind, axis: 1 })],
      [...f32([2, 4, 3]), ...typed("i32", [6]), ...f32([2, 6, 3])],
    );
    assertEquals(kindsOf(check(graph, { donated: [true] })), ["map"]);
  }
});

Deno.test("scheduleGraph: pads crop and spread without the host", () => {
  const cases = [
    { low: [1, -1], high: [-2, 2], interior: [2, 0] },
    { low: [0, 0], high: [0, -3], interior: [1, 3] },
    { low: [-9, 2], high: [12, -1], interior: [0, 1] },
  ];
  for (const params of cases) {
    const graph = graphOf((x) => [g.mul(internal.padZeros(g.exp(x), params), 2)], f32([4, 5]));
    assertEquals(kindsOf(check(graph)).includes("host"), false);
  }
});

Deno.test("scheduleGraph: products of integers are sums of rows", () => {
  for (const dtype of ["i32", "u8", "bool"] as const) {
    const graph = graphOf(
      (x, y) => [g.dotGeneral(x, y, { contract: [[2], [1]], batch: [[0], [0]] })],
      typed(dtype, [2, 3, 5], [2, 5, 4]),
    );
    assertEquals(kindsOf(check(graph)).includes("host"), false);
  }
});

Deno.test("scheduleGraph: sort is stable by counting and by a network, NaN last", () => {
  for (const side of [1, 2, 7, 64, 65, 128, 150]) {
    const graph = graphOf((x, y) => [
      ...o.sortTogether([x!, y!], { axis: 1, keys: 1 }),
      ...o.sortTogether([y!, x!], { axis: 0, keys: 2 }),
      o.argsort(x!, { axis: 1, descending: true }),
    ], [...f32([2, side]), ...typed("i32", [2, side])]);
    const numbers = [0, -0, NaN, 1, -1, Infinity, -Infinity, 0.5, -0.5, 1e-40, -1e-40, 3, 3, -2];
    const at = (i: number): number => Math.fround(numbers[(i * 5 + (i >> 3)) % numbers.length]!);
    const x = Array.from({ length: 2 * side }, (_, i) => at(i));
    exact(graph, [x, x.map((_, i) => (i * 7) % 5 - 2)]);
  }
  check(graphOf((x) => [o.sort(g.convert(x, "bf16"), { axis: 0 })], f32([9, 2])));
});

Deno.test("scheduleGraph: f16 and bf16 accumulate in f32", () => {
  const graph = graphOf((x, ids, rows) => {
    const half = g.convert(x!, "bf16");
    return [
      o.prod(half, { axes: [0] }),
      o.cumsum(half, { axis: 0 }),
      internal.scatterRows(half, [ids!, g.convert(rows!, "bf16")], { kind: "add", axis: 0 }),
    ];
  }, [...f32([6, 3]), ...typed("i32", [40]), ...f32([40, 3])]);
  assertEquals(kindsOf(check(graph)).includes("host"), false);
});
