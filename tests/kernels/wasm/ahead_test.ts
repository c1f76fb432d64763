import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  add,
  evaluate,
  matmul,
  mul,
  reshape,
  setDevice,
  take,
  tanh,
  type Tensor,
  tensor,
  transpose,
} from "../../../core/mod.ts";
import "../../../mod.ts";

/** The same numbers on every device. */
function x(...shape: number[]): Tensor {
  const size = shape.reduce((product, side) => product * side, 1);
  return reshape(tensor(Array.from({ length: size }, (_, i) => Math.sin(i + 1))), shape);
}

/** Epilogues whose tiles read other arrays: wide, batched, turned, and at rows that data choose. */
const CASES: Readonly<Record<string, () => Tensor>> = {
  wide: () => tanh(add(matmul(x(37, 20), x(20, 301)), x(37, 301))),
  batched: () => mul(matmul(x(3, 2, 9, 8), x(3, 2, 8, 66)), x(3, 1, 9, 66)),
  turned: () => add(matmul(x(70, 8), x(8, 35)), transpose(x(35, 70))),
  chosen: () => {
    const rows = tensor([0, 3, 3, 1, 4, 0, 2], { dtype: "i32" });
    return add(matmul(x(7, 8), x(8, 130)), take(x(5, 130), rows, { axis: 0 }));
  },
};

for (const [name, make] of Object.entries(CASES)) {
  Deno.test(`readAhead: tiles are what they are without it, ${name}`, async () => {
    const on = async (device: "cpu" | "reference"): Promise<readonly number[]> => {
      setDevice(device);
      const result = make();
      await evaluate(result);
      return [...await result.data() as Float32Array];
    };
    try {
      const [found, wanted] = [await on("cpu"), await on("reference")];
      assertEquals(found.length, wanted.length);
      found.forEach((value, i) => assertAlmostEquals(value, wanted[i]!, 1e-4));
    } finally {
      setDevice("cpu");
    }
  });
}
