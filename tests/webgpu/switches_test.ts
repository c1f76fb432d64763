import { assert, assertEquals } from "@std/assert";
import {
  add,
  all,
  any,
  type Aval,
  convert,
  type DType,
  max,
  min,
  mul,
  prod,
  type Shape,
  softmax,
  sub,
  sum,
  take,
  transpose,
} from "../../mod.ts";
import { newEngine } from "../../kernels/webgpu/engine.ts";
import { gpuProvider } from "../../kernels/webgpu/provider.ts";
import { graphOf } from "../kernels/schedule/_graphs.ts";
import { randomGraph } from "../kernels/schedule/_random_graph.ts";
import { openBackend } from "./_adapter.ts";
import { withProvider } from "./_provider.ts";
import { requireSame, restricted } from "./_restricted.ts";

const hasAdapter = await openBackend() !== null;
const features = ["shader-f16", "subgroups"];
/** A backend that uses all features that there are. */
const backend = hasAdapter ? await restricted({ features }) : null;

function test(name: string, f: () => Promise<void>): void {
  Deno.test({ name: `webgpuBackend: ${name}`, ignore: !hasAdapter, fn: f });
}

function typed(dtype: DType, ...shapes: readonly Shape[]): Aval[] {
  return shapes.map((shape) => ({ shape, dtype }));
}

test("features are found by trying, and software adapters use none unless asked to", async () => {
  const granted: string[] = [];
  for (const named of [undefined, [], features]) {
    const { features: _, ...provider } = gpuProvider();
    await withProvider({ ...provider, ...(named && { features: named }) }, async () => {
      const { device } = await newEngine();
      if (named === undefined) granted.push(...device.features);
      const isUsed = named ? named.length > 0 : !device.isSoftware;
      assertEquals(device.switches.hasF16, isUsed && granted.includes("shader-f16"));
      const hasSubgroups = device.switches.subgroups !== "none";
      assert(!hasSubgroups || isUsed && granted.includes("subgroups"));
    });
  }
});

test("subgroups reduce rows of every length by every operation in every dtype", async () => {
  for (const lanes of [17, 64, 65, 700, 3000]) {
    for (const dtype of ["f32", "i32", "u32", "f16"] as const) {
      const graph = graphOf(
        (x) => [sum, max, min, prod].map((f) => f(x!, { axes: [1] })),
        typed(dtype, [3, lanes]),
      );
      await requireSame(backend!, graph);
    }
    const bools = graphOf(
      (x) => [all(x!, { axes: [1] }), any(x!, { axes: [1] })],
      typed("bool", [5, lanes]),
    );
    await requireSame(backend!, bools);
    await requireSame(backend!, graphOf((x) => [softmax(sub(x!, 0.2))], typed("f32", [4, lanes])));
  }
});

test("halves are stored as they are, beside words and in windows", async () => {
  const graph = graphOf((x, y, ids) => [
    add(x!, mul(y!, y!)),
    transpose(x!),
    convert(x!, "f32"),
    convert(convert(y!, "f32"), "bf16"),
    take(x!, ids!, { axis: 0 }),
  ], [...typed("f16", [33, 31], [33, 31]), ...typed("i32", [7])]);
  await requireSame(backend!, graph);
  const limits = { maxStorageBufferBindingSize: 512 };
  await requireSame(await restricted({ features, limits }), graph);
});

test("random programs with all features", async () => {
  for (let seed = 1; seed <= 12; seed++) await requireSame(backend!, randomGraph(seed), seed);
});
