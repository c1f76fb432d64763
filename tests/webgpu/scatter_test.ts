import { assertEquals } from "@std/assert";
import {
  type DeviceName,
  init,
  scatter,
  type ScatterKind,
  setDevice,
  type Shape,
  type Tensor,
  tensor,
} from "../../mod.ts";
import { openBackend } from "./_adapter.ts";

const ignore = await openBackend() === null;

/** The bits that f computes on a device. */
async function on(device: DeviceName, f: () => Tensor): Promise<number[]> {
  await init({ device });
  setDevice(device);
  try {
    return Array.from(await f().data());
  } finally {
    setDevice("cpu");
  }
}

/** The same numbers on every device; sums of them depend on their order. */
function numbers(shape: Shape, first: number): Tensor {
  const count = shape.reduce((product, side) => product * side, 1);
  const data = Float32Array.from({ length: count }, (_, i) => 1.5 * Math.sin(first + 1.7 * i));
  return tensor(data, { shape });
}

Deno.test({
  name: "scatter: many updates, sorted by id and changed row by row, are those in order to the bit",
  ignore,
  fn: async () => {
    const count = 1500;
    const list = Int32Array.from({ length: count }, (_, i) => (i * i * 7) % 43 - 3);
    const ids = (): Tensor => tensor(list);
    for (const kind of ["add", "set", "mul", "max"] satisfies ScatterKind[]) {
      const f = (): Tensor =>
        scatter(numbers([37, 5], 0), ids(), { updates: numbers([count, 5], 1), kind });
      assertEquals(await on("webgpu", f), await on("cpu", f), kind);
    }
    // Ids of two axes, between other axes.
    const between = (): Tensor => {
      const places = tensor(Int32Array.from({ length: 1400 }, (_, i) => (i * 7) % 20), {
        shape: [2, 700],
      });
      const updates = numbers([3, 2, 700], 2);
      return scatter(numbers([3, 20], 3), places, { updates, axis: 1 });
    };
    assertEquals(await on("webgpu", between), await on("cpu", between));
  },
});
