import { assertEquals } from "@std/assert";
import { allPrimitives, type DType, type HostArray } from "../../../core/mod.ts";
import { narrow, roundTo, widen } from "../../../core/internal.ts";
import { sortArrays } from "../../../kernels/wasm/sort.ts";
import { randomNumbers } from "../schedule/_graphs.ts";

const SPECIAL = [0, -0, NaN, Infinity, -Infinity, 1e-40, -1e-40, 3, -3];
const DTYPES: readonly DType[] = ["f32", "f16", "bf16", "i32", "u32", "i8", "u8", "bool"];

/** Numbers with many equal ones and every special one, as the dtype holds them. */
function numbers(dtype: DType, shape: readonly number[], seed: number): HostArray {
  const random = randomNumbers(seed);
  const isSpecial = dtype === "f32" || dtype === "f16" || dtype === "bf16";
  const size = shape.reduce((product, side) => product * side, 1);
  const data = Float64Array.from({ length: size }, () => {
    if (isSpecial && random() < 0.3) return SPECIAL[Math.floor(random() * SPECIAL.length)]!;
    return Math.floor((random() - 0.5) * 40) * (random() < 0.1 ? 1e6 : 1);
  });
  return widen(narrow(roundTo(data, dtype), dtype), { shape, dtype });
}

Deno.test("sortArrays: equals the primitive for every dtype, length and axis", () => {
  for (const dtype of DTYPES) {
    for (const [shape, axis] of [[[3, 30, 2], 1], [[2, 200], 1], [[1000, 2], 0]] as const) {
      const keys = [numbers(dtype, shape, 1), numbers("i32", shape, 2)];
      for (const count of [1, 2]) {
        const params = { axis, keys: count };
        const want = allPrimitives().get("sort")!.evaluate(keys, params, keys);
        const storage = keys.map((key) => narrow(key.data, key.dtype));
        const results = storage.map((array) => array.slice());
        sortArrays(storage, results, keys, params);
        results.forEach((result, i) =>
          assertEquals([...widen(result, keys[i]!).data], [...want[i]!], `${dtype} [${shape}]`)
        );
      }
    }
  }
});
