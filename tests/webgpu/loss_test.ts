import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
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
import { gpuProvider, setGpuProvider } from "../../kernels/webgpu/provider.ts";
import { finetune, readMetrics } from "../../train/mod.ts";
import { run } from "../cli/_run.ts";
import { TEXT, writeTinyModel } from "../cli/_tiny_model.ts";
import { withFolder } from "../hub/_folder.ts";
import { tinyRun } from "../train/_tiny.ts";
import { spying } from "./_provider.ts";

const ignore = await findAdapter(gpuProvider()) === null;

/** The devices that this file has opened, newest last. */
const devices: GPUDevice[] = [];
setGpuProvider(spying(devices));

/** Runs on the device "webgpu" of this process. */
async function onDevice(f: () => Promise<void>): Promise<void> {
  await init({ device: "webgpu" });
  try {
    await f();
  } finally {
    setDevice("cpu");
  }
}

async function lose(): Promise<void> {
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
    onDevice(async () => {
      const opened = devices.length;
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
        assertEquals(devices.length, opened + 1);
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
      await lose();
      await init({ device: "webgpu" });
      assertEquals([...await twice(small).data()], [2, 4, 6]);
    }),
});

/** Loses the newest device after so many submits, once. */
function loseAfter(submits: number): Disposable {
  const { submit } = GPUQueue.prototype;
  let left = submits;
  GPUQueue.prototype.submit = function (commands) {
    submit.call(this, commands);
    if (--left === 0) devices.at(-1)!.destroy();
  };
  return { [Symbol.dispose]: () => void (GPUQueue.prototype.submit = submit) };
}

Deno.test({
  name: "graft finetune --resume: goes on after the device was lost, to the same adapter",
  ignore,
  fn: () =>
    withFolder((folder) =>
      onDevice(async () => {
        await writeTinyModel(`${folder}/model`);
        await Deno.writeTextFile(`${folder}/text.txt`, TEXT);
        const tune = (out: string, ...more: readonly string[]) =>
          run(
            ...["finetune", "--device", "webgpu", "--model", `${folder}/model`],
            ...["--data", `${folder}/text.txt`, "--seq-len", "16", "--batch-size", "2"],
            ...["--target-modules", "c_attn", "--r", "2", "--steps", "4", "--eval-every", "1"],
            ...["--out", `${folder}/${out}`, ...more],
          );
        const whole = await tune("whole");
        assertEquals(whole.code, 0, whole.notes);
        {
          using _ = loseAfter(30);
          const lost = await tune("lost");
          assertEquals(lost.code, 1);
          assertStringIncludes(lost.notes, "or resume from the last checkpoint");
        }
        const resumed = await tune("lost", "--resume");
        assertEquals(resumed.code, 0, resumed.notes);
        const weights = (out: string) =>
          Deno.readFile(`${folder}/${out}/adapter_model.safetensors`);
        assertEquals(await weights("lost"), await weights("whole"));
      })
    ),
});

Deno.test({
  name: "webgpuBackend: memory that ran out says what was asked for and what is live",
  ignore,
  fn: async () => {
    const backend = webgpuBackend();
    await backend.init();
    const aval = { dtype: "f32", shape: [100] } as const;
    const x = backend.upload(new Float32Array(100), aval);
    backend.free(backend.upload(new Float32Array(999), { dtype: "f32", shape: [999] }));
    const error = new GPUOutOfMemoryError("no memory is left");
    const event = new GPUUncapturedErrorEvent("uncapturederror", { error });
    devices.at(-1)!.dispatchEvent(event);
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
  },
});
