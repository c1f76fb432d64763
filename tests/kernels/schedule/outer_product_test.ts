import { assertEquals } from "@std/assert";
import {
  add,
  compileReport,
  convert,
  dotGeneral,
  evaluate,
  reshape,
  setDevice,
  type Tensor,
  tensor,
} from "../../../core/mod.ts";
import "../../../mod.ts";

/** The same numbers on every device. */
function x(shape: readonly number[]): Tensor {
  const size = shape.reduce((product, side) => product * side, 1);
  return reshape(tensor(Array.from({ length: size }, (_, i) => Math.sin(i + 1))), shape);
}

/** Products that sum one term or none, with and without batches. */
const CASES: readonly (() => Tensor)[] = [
  () => dotGeneral(x([5, 1]), x([7, 1]), { contract: [[1], [1]], batch: [[], []] }),
  () => dotGeneral(x([1, 5]), x([1, 7]), { contract: [[0], [0]], batch: [[], []] }),
  () => dotGeneral(x([5]), x([7, 2]), { contract: [[], []], batch: [[], []] }),
  () =>
    dotGeneral(x([4, 3, 1, 5]), x([7, 3, 4, 1]), { contract: [[2], [3]], batch: [[0, 1], [2, 1]] }),
  () =>
    dotGeneral(convert(x([5, 1]), "f16"), convert(x([7, 1]), "f16"), {
      contract: [[1], [1]],
      batch: [[], []],
    }),
  () => dotGeneral(x([1]), x([1]), { contract: [[0], [0]], batch: [[], []] }),
];

Deno.test("outerProduct: products of one term are those of the reference", async () => {
  for (const make of CASES) {
    const results: number[][] = [];
    for (const device of ["reference", "cpu"] as const) {
      setDevice(device);
      const y = make();
      await evaluate(y);
      results.push(Array.from(await y.data()));
    }
    assertEquals(results[0], results[1]);
  }
});

Deno.test("outerProduct: becomes part of who reads it", async () => {
  setDevice("cpu");
  const f = (sum: Tensor, x: Tensor, y: Tensor): Tensor =>
    add(sum, dotGeneral(x, y, { contract: [[], []], batch: [[], []] }));
  const report = await compileReport(f)(x([64, 32]), x([64]), x([32]));
  assertEquals(report.kernels.map(({ kind }) => kind), ["map"]);
});
