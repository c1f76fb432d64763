import { assert } from "@std/assert";
import { type Aval, convert, type DType, matmul, mul, type Shape, transpose } from "../../mod.ts";
import { graphOf } from "../kernels/schedule/_graphs.ts";
import { openBackend } from "./_adapter.ts";
import { requireSame, restricted } from "./_restricted.ts";

const backend = await openBackend();
const ignore = backend === null;

function typed(dtype: DType, ...shapes: readonly Shape[]): Aval[] {
  return shapes.map((shape) => ({ shape, dtype }));
}

/** What the shaders say that are made meanwhile. */
async function shaders(f: () => Promise<void>): Promise<string[]> {
  const { createShaderModule } = GPUDevice.prototype;
  const codes: string[] = [];
  GPUDevice.prototype.createShaderModule = function (descriptor) {
    codes.push(descriptor.code);
    return createShaderModule.call(this, descriptor);
  };
  try {
    await f();
  } finally {
    GPUDevice.prototype.createShaderModule = createShaderModule;
  }
  return codes;
}

Deno.test({
  name: "webgpuBackend: products of weights in halves read four at once, whichever way they lie",
  ignore,
  fn: async () => {
    const own = await restricted({});
    const all = await restricted({ features: ["shader-f16", "subgroups"] });
    const small = await restricted({ limits: { maxStorageBufferBindingSize: 1024 } });
    for (const one of [own, all, small]) {
      for (const dtype of ["f16", "bf16"] as const) {
        const codes = await shaders(async () => {
          for (const [m, k, n] of [[19, 24, 36], [33, 52, 20], [3, 64, 40]] as const) {
            const graph = graphOf(
              (x, w, v) => [
                matmul(x!, convert(w!, "f32")),
                matmul(x!, transpose(convert(v!, "f32"))),
              ],
              [...typed("f32", [m, k]), ...typed(dtype, [k, n], [n, k])],
            );
            await requireSame(one, graph);
          }
        });
        assert(codes.some((code) => code.includes(`_quad_${dtype}(words`)));
      }
    }
  },
});

Deno.test({
  name: "webgpuBackend: halves that do not lie in fours, or are computed with, are read one by one",
  ignore,
  fn: async () => {
    for (const dtype of ["f16", "bf16"] as const) {
      const ragged = graphOf(
        (x, w) => [matmul(x!, convert(w!, "f32"))],
        [...typed("f32", [9, 21]), ...typed(dtype, [21, 10])],
      );
      await requireSame(backend!, ragged);
      const both = graphOf(
        (w) => [matmul(convert(w!, "f32"), transpose(convert(w!, "f32")))],
        typed(dtype, [12, 16]),
      );
      await requireSame(backend!, both);
      const twice = graphOf(
        (x, w) => [matmul(x!, mul(convert(w!, "f32"), 2))],
        [...typed("f32", [9, 20]), ...typed(dtype, [20, 12])],
      );
      await requireSame(backend!, twice);
    }
  },
});
