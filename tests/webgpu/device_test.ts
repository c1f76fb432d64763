import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  add,
  type Backend,
  broadcastTo,
  cholesky,
  iota,
  scan,
  type Tensor,
  UnsupportedError,
  zeros,
} from "../../mod.ts";
import { constant, traceClosed } from "../../core/internal.ts";
import { webgpuBackend } from "../../kernels/mod.ts";
import { type GpuProvider, gpuProvider, setGpuProvider } from "../../kernels/webgpu/provider.ts";
import { openBackend } from "./_adapter.ts";

const hasAdapter = await openBackend() !== null;

/** Runs with another provider, and puts the first one back. */
async function withProvider(provider: GpuProvider, f: () => Promise<void>): Promise<void> {
  const before = gpuProvider();
  setGpuProvider(provider);
  try {
    await f();
  } finally {
    setGpuProvider(before);
  }
}

/** The provider in use, whose devices are kept. */
function spying(devices: GPUDevice[]): GpuProvider {
  const real = gpuProvider();
  const requestAdapter = async (options?: GPURequestAdapterOptions): Promise<GPUAdapter | null> => {
    const adapter = await real.gpu()!.requestAdapter(options);
    const requestDevice = async (descriptor?: GPUDeviceDescriptor): Promise<GPUDevice> => {
      const device = await adapter!.requestDevice(descriptor);
      devices.push(device);
      return device;
    };
    return adapter &&
      {
        ...adapter,
        features: adapter.features,
        limits: adapter.limits,
        info: adapter.info,
        requestDevice,
      };
  };
  return { ...real, gpu: () => ({ requestAdapter }) as unknown as GPU };
}

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
          'start again and resume from the last checkpoint, or call setDevice("cpu")',
        );
      }
    });
  },
});

Deno.test({
  name: "webgpuBackend: where reading has to wait, all but the host's part runs",
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
      const factor = traceClosed(([x]) => [cholesky(x!)], [aval]);
      assertThrows(
        () => backend.compile(factor, [false]),
        UnsupportedError,
        "Cannot run cholesky on WebGPU here: it has no kernel, and reading back needs waiting; " +
          'call setDevice("cpu") for this computation',
      );
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

Deno.test({
  name: "webgpuBackend: an array that no kernel could bind is refused",
  ignore: !hasAdapter,
  fn: async () => {
    const backend: Backend = webgpuBackend();
    await backend.init();
    const big = { byteLength: 2 ** 45 } as unknown as Float32Array;
    assertThrows(
      () => backend.upload(big, { dtype: "f32", shape: [2 ** 43] }),
      RangeError,
      `Cannot allocate ${2 ** 45} bytes: a kernel of this WebGPU device binds `,
    );
    const side = 2 ** 20;
    const large = traceClosed(() => {
      return [constant(1, "f32"), broadcastTo(iota([side], { axis: 0 }), [side, side])];
    }, []);
    const program = backend.compile(large, []);
    assertThrows(
      () => backend.execute(program, []),
      RangeError,
      `Cannot allocate ${2 ** 42} bytes`,
    );
    assertEquals(backend.memory(), { bytes: 0, buffers: 0 });
  },
});
