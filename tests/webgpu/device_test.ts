import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { add, scan, type Tensor, UnsupportedError, zeros } from "../../mod.ts";
import { constant, traceClosed } from "../../core/internal.ts";
import { webgpuBackend } from "../../kernels/mod.ts";
import { type GpuProvider, gpuProvider } from "../../kernels/webgpu/provider.ts";
import { openBackend } from "./_adapter.ts";
import { spying, withProvider } from "./_provider.ts";

const hasAdapter = await openBackend() !== null;

Deno.test("webgpuBackend: without an adapter it says what to do", async () => {
  const nothing: GpuProvider = { name: "nothing", gpu: () => null, readsAtOnce: false };
  await withProvider(nothing, async () => {
    const error = await assertRejects(() => webgpuBackend().init(), UnsupportedError);
    assertEquals(
      error.message,
      'Cannot use the device "webgpu": nothing has no adapter; use the device "cpu", or install a ' +
        "driver (on Linux: libvulkan1 and the card's Vulkan driver)",
    );
  });
});

Deno.test("webgpuBackend: an adapter that refuses a device is named, with its reason", async () => {
  const adapter = {
    info: { vendor: "", architecture: "", device: "", description: "some card" },
    features: new Set<string>(),
    limits: {},
    requestDevice: () => Promise.reject(new TypeError("it is in use")),
  };
  const gpu = { requestAdapter: () => Promise.resolve(adapter) } as unknown as GPU;
  await withProvider({ name: "refusing", gpu: () => gpu, readsAtOnce: true }, async () => {
    await assertRejects(
      () => webgpuBackend().init(),
      UnsupportedError,
      'Cannot use the device "webgpu": some card refuses one (it is in use); call setDevice("cpu")',
    );
  });
});

Deno.test("webgpuBackend: it has to be opened first", () => {
  const backend = webgpuBackend();
  assertEquals(backend.ready(), false);
  assertEquals(backend.memory(), { bytes: 0, buffers: 0 });
  assertThrows(
    () => backend.upload(Float32Array.of(1), { dtype: "f32", shape: [] }),
    UnsupportedError,
    "Cannot use the WebGPU device: it is not open; await init() first",
  );
});

Deno.test({
  name: "webgpuBackend: a lost device says how to go on, at every use",
  ignore: !hasAdapter,
  fn: async () => {
    const devices: GPUDevice[] = [];
    await withProvider(spying(devices), async () => {
      const backend = webgpuBackend();
      await backend.init();
      const program = backend.compile(traceClosed(() => [constant(1, "f32")], []), []);
      devices.at(-1)!.destroy();
      await devices.at(-1)!.lost;
      await Promise.resolve();
      for (let i = 0; i < 2; i++) {
        assertThrows(
          () => backend.execute(program, []),
          UnsupportedError,
          "Cannot use the WebGPU device: it was lost (destroyed: device was lost) with 0 bytes live " +
            "in 0 arrays and 0 in values inside programs; await init() opens it anew: then load the " +
            'data again, or resume from the last checkpoint; or call setDevice("cpu")',
        );
      }
    });
  },
});

Deno.test({
  name: "webgpuBackend: where reading has to wait, a loop over slices needs no waiting",
  ignore: !hasAdapter,
  fn: async () => {
    await withProvider({ ...gpuProvider(), readsAtOnce: false }, async () => {
      const backend = webgpuBackend();
      await backend.init();
      assertEquals(backend.readSync, undefined);
      const aval = { dtype: "f32", shape: [2, 2] } as const;
      const sums = traceClosed(([x]) => [cumulative(x!)], [aval]);
      const input = backend.upload(Float32Array.of(1, 2, 3, 4), aval);
      const [result] = backend.execute(backend.compile(sums, [false]), [input]);
      assertEquals(await backend.read(result!, aval), Float32Array.of(1, 2, 4, 6));
    });
  },
});

/** Running sums of the rows, by a loop. */
function cumulative(x: Tensor): Tensor {
  const [, sums] = scan(
    (carry: Tensor, row: Tensor) => {
      const sum = add(carry, row);
      return [sum, sum];
    },
    zeros([2]),
    x,
  );
  return sums;
}
