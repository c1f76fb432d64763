import { assertEquals, assertThrows } from "@std/assert";
import {
  add,
  any,
  type Aval,
  type Backend,
  currentBackend,
  type DType,
  init,
  matmul,
  max,
  mean,
  min,
  mul,
  ones,
  prod,
  setDevice,
  type Shape,
  sqrt,
  sum,
  type Tensor,
  UnsupportedError,
} from "../../mod.ts";
import type { KernelIR } from "../../kernels/ir/types.ts";
import { newEngine } from "../../kernels/webgpu/engine.ts";
import { maker } from "../kernels/_maker.ts";
import { graphOf } from "../kernels/schedule/_graphs.ts";
import { openBackend } from "./_adapter.ts";
import { requireSame, restricted } from "./_restricted.ts";

const backend = await openBackend();
const ignore = backend === null;
const isLlvmpipe = backend?.describe().includes("llvmpipe") ?? false;

function typed(dtype: DType, ...shapes: readonly Shape[]): Aval[] {
  return shapes.map((shape) => ({ shape, dtype }));
}

/** A backend that uses nothing beyond the baseline, and one with all features and small windows. */
async function everyKind(): Promise<readonly Backend[]> {
  const features = ["shader-f16", "subgroups"];
  const limits = { maxStorageBufferBindingSize: 65536 };
  return [backend!, await restricted({ features, limits })];
}

async function requireReductions(one: Backend, shape: Shape, axis: number): Promise<void> {
  for (const dtype of ["f32", "i32", "u32"] as const) {
    const reduce = (x: Tensor): Tensor[] => [sum, max, min].map((f) => f(x, { axes: [axis] }));
    await requireSame(one, graphOf((x) => reduce(x!), typed(dtype, shape)));
  }
}

Deno.test({
  name: "webgpuBackend: few long rows are reduced in parts, by every operation in every dtype",
  ignore,
  fn: async () => {
    for (const one of await everyKind()) {
      for (const [rows, lanes] of [[1, 20001], [3, 9000], [2, 8192]] as const) {
        await requireReductions(one, [rows, lanes], 1);
        const norms = graphOf((x, y) => [
          sqrt(sum(mul(x!, x!), { axes: [1] })),
          add(mean(x!, { axes: [1] }), y!),
          prod(add(mul(x!, 0.001), 1), { axes: [1] }),
        ], typed("f32", [rows, lanes], [rows]));
        await requireSame(one, norms);
        const flags = graphOf((x) => [any(x!, { axes: [1] })], typed("bool", [rows, lanes]));
        await requireSame(one, flags);
      }
    }
  },
});

Deno.test({
  name: "webgpuBackend: long columns are reduced in parts, by every operation in every dtype",
  ignore,
  fn: async () => {
    for (const one of await everyKind()) {
      for (const [rows, lanes] of [[700, 37], [512, 3], [1601, 64]] as const) {
        await requireReductions(one, [rows, lanes], 0);
        const scales = graphOf((x, y) => [
          sqrt(sum(mul(x!, x!), { axes: [0] })),
          add(mean(x!, { axes: [0] }), y!),
          any(x!, { axes: [0] }),
        ], typed("f32", [rows, lanes], [lanes]));
        await requireSame(one, scales);
        const batches = graphOf((x) => [sum(x!, { axes: [0, 1] })], typed("f32", [2, rows, lanes]));
        await requireSame(one, batches);
      }
    }
  },
});

Deno.test({
  name: "webgpuBackend: a sum over more elements than a software adapter's loops have turns",
  ignore,
  fn: async () => {
    await init({ device: "webgpu" });
    try {
      const x: Tensor = ones([2 ** 24 + 4096]);
      assertEquals(await sum(add(x, 0)).item(), 2 ** 24 + 4096);
      assertEquals(currentBackend().name, "webgpu");
    } finally {
      setDevice("cpu");
    }
  },
});

Deno.test({
  name: "webgpuBackend: a kernel whose loops a software adapter would end early is refused",
  ignore: !isLlvmpipe,
  fn: async () => {
    const product = graphOf((x, y) => [matmul(x!, y!)], typed("f32", [2, 300000], [300000, 2]));
    await requireSame(backend!, product);
    const m = maker();
    const [row, lane] = [{ id: 1, size: 70000 }, { id: 2, size: 2 }];
    const value = m.op("add", "f32", [m.load(0, m.at(lane)), m.load(1, m.at(row, lane))]);
    const ir: KernelIR = {
      kind: "map",
      rows: [row],
      lane,
      stages: [{ reductions: [], stores: [{ buffer: 0, index: m.at(lane), value }] }],
      rowStores: [],
      tile: false,
      sequence: [row],
    };
    const { code } = await newEngine();
    assertThrows(
      () => code.kernel(ir, (buffer) => buffer, () => 560000),
      UnsupportedError,
      "its loops take 70000 turns, and this software adapter ends them after 65535; call " +
        'setDevice("cpu") for this computation',
    );
  },
});
