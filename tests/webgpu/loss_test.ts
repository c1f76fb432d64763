import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  add,
  backendOf,
  evaluate,
  init,
  jit,
  mul,
  setDevice,
  sum,
  type Tensor,
  tensor,
  treeLeaves,
  UnsupportedError,
} from "../../mod.ts";
import { constant, traceClosed } from "../../core/internal.ts";
import { webgpuBackend } from "../../kernels/mod.ts";
import { findAdapter } from "../../kernels/webgpu/device.ts";
import { gpuProvider } from "../../kernels/webgpu/provider.ts";
import { finetune, readMetrics } from "../../train/mod.ts";
import { tinyRun } from "../train/_tiny.ts";
import { spying, withProvider } from "./_provider.ts";

const ignore = await findAdapter(gpuProvider()) === null;

/** Runs on the device "webgpu" of this process, whose devices are handed over as they are opened. */
async function onDevices(f: (devices: readonly GPUDevice[]) => Promise<void>): Promise<void> {
  const devices: GPUDevice[] = [];
  await withProvider(spying(devices), async () => {
    await backendOf("webgpu").init();
    await init({ device: "webgpu" });
    // The device may have been opened by another test already: lose it, to have one that is known.
    if (devices.length === 0) return;
    try {
      await f(devices);
    } finally {
      setDevice("cpu");
    }
  });
}

async function lose(devices: readonly GPUDevice[]): Promise<void> {
  devices.at(-1)!.destroy();
  await devices.at(-1)!.lost;
  await Promise.resolve();
}

async function numbers(tree: Parameters<typeof treeLeaves>[0]): Promise<number[]> {
  const all: number[] = [];
  for (const leaf of treeLeaves(tree)) all.push(...await leaf.data());
  return all;
}

Deno.test({
  name: "init: a lost device is opened anew, and small arrays, functions and training go on",
  ignore,
  fn: () =>
    onDevices(async (devices) => {
      const small = tensor([1, 2, 3]);
      const twice = jit((x: Tensor) => mul(x, 2));
      const computed = add(small, 1);
      await evaluate(computed);
      assertEquals([...await twice(small).data()], [2, 4, 6]);

      const out = await Deno.makeTempDir();
      try {
        const whole = await finetune(tinyRun(`${out}/whole`));
        const expected = await numbers(whole.params);
        const run = tinyRun(`${out}/lost`, {
          onProgress: ({ step }) => {
            if (step === 3) devices.at(-1)!.destroy();
          },
        });
        await assertRejects(
          () => finetune(run),
          UnsupportedError,
          "resume from the last checkpoint",
        );
        await assertRejects(() => sum(computed).data(), UnsupportedError, "it was lost");
        await assertRejects(
          () => add(small, 2).data(),
          UnsupportedError,
          "await init() opens it anew",
        );

        await init();
        assertEquals(devices.length, 2);
        assertEquals(backendOf("webgpu").memory(), { bytes: 0, buffers: 0 });
        assertEquals([...await twice(small).data()], [2, 4, 6]);
        await assertRejects(
          () => sum(computed).data(),
          UnsupportedError,
          "Cannot use a tensor that was lost with its WebGPU device: load it again, or resume from " +
            "the last checkpoint",
        );
        const resumed = await finetune(tinyRun(`${out}/lost`, { resume: true }));
        assertEquals(await numbers(resumed.params), expected);
        const losses = async (folder: string) =>
          (await readMetrics(`${folder}/metrics.jsonl`)).filter((metric) => "loss" in metric);
        assertEquals(await losses(`${out}/lost`), await losses(`${out}/whole`));
      } finally {
        await Deno.remove(out, { recursive: true });
      }
      await lose(devices);
      await init({ device: "webgpu" });
      assertEquals([...await twice(small).data()], [2, 4, 6]);
    }),
});

Deno.test({
  name: "webgpuBackend: memory that ran out says what was asked for and what is live",
  ignore,
  fn: async () => {
    const devices: GPUDevice[] = [];
    await withProvider(spying(devices), async () => {
      const backend = webgpuBackend();
      await backend.init();
      const aval = { dtype: "f32", shape: [100] } as const;
      const x = backend.upload(new Float32Array(100), aval);
      backend.free(backend.upload(new Float32Array(999), { dtype: "f32", shape: [999] }));
      const error = new GPUOutOfMemoryError("no memory is left");
      const event = new GPUUncapturedErrorEvent("uncapturederror", { error });
      devices[0]!.dispatchEvent(event);
      const program = backend.compile(traceClosed(() => [constant(1, "f32")], []), []);
      assertThrows(
        () => backend.execute(program, []),
        RangeError,
        "Cannot allocate 4096 bytes on the WebGPU device: it is out of memory with 400 bytes live " +
          "in 1 arrays and 0 in values inside programs; use a smaller batch or sequence, " +
          'checkpoint(), dispose of tensors, or call setDevice("cpu")',
      );
      // It is told once: what comes next may fit.
      const [one] = backend.execute(program, []);
      assertEquals(await backend.read(one!, { dtype: "f32", shape: [] }), Float32Array.of(1));
      backend.free(one!);
      backend.free(x);
    });
  },
});
