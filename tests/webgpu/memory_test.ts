import { assertEquals, assertLess } from "@std/assert";
import { add, type Graph, mul, sub, transpose } from "../../mod.ts";
import { narrow } from "../../core/internal.ts";
import { matmul, mean, sum } from "../../core/ops/mod.ts";
import { graphOf } from "../kernels/schedule/_graphs.ts";
import { openBackend } from "./_adapter.ts";

/** A step of descent on w, b for |x w + b - y|²; the loss last. */
function stepGraph(): Graph {
  return graphOf((w, b, x, y) => {
    const error = sub(add(matmul(x, w), b), y);
    const left = matmul(transpose(x), error);
    return [
      sub(w, mul(left, 0.01)),
      sub(b, mul(sum(error, { axes: [0] }), 0.01)),
      mean(mul(error, error)),
    ];
  }, [[4, 3], [3], [8, 4], [8, 3]].map((shape) => ({ shape, dtype: "f32" })));
}

Deno.test("webgpuBackend: 500 steps leave its memory as it was", async () => {
  const backend = await openBackend();
  if (!backend) return;
  const graph = stepGraph();
  const before = backend.memory();
  const avals = graph.avals.slice(0, 4);
  const program = backend.compile(graph, [true, true, false, false]);
  let [w, b, x, y] = avals.map((aval, i) => {
    const size = aval.shape.reduce((product, side) => product * side, 1);
    return backend.upload(
      narrow(Array.from({ length: size }, (_, j) => (j + i) % 5 / 5), "f32"),
      aval,
    );
  });
  const losses: number[] = [];
  let during: unknown = null;
  for (let step = 0; step < 500; step++) {
    const [nextW, nextB, loss] = backend.execute(program, [w!, b!, x!, y!]);
    [w, b] = [nextW, nextB];
    if (step % 100 === 0) {
      losses.push(Number((await backend.read(loss!, { shape: [], dtype: "f32" }))[0]));
    }
    backend.free(loss!);
    if (step === 10) during = backend.memory();
  }
  assertEquals(backend.memory(), during);
  assertLess(losses.at(-1)!, losses[0]!);
  for (const buffer of [w, b, x, y]) backend.free(buffer!);
  assertEquals(backend.memory(), before);
});
