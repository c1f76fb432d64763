import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  add,
  backendOf,
  type DeviceName,
  evaluate,
  init,
  memory,
  mul,
  registeredDevices,
  setDevice,
  square,
  tensor,
  toDevice,
  UnsupportedError,
  zeros,
} from "../../mod.ts";
import { countingBackend } from "./_counting.ts";

const counts = countingBackend();

Deno.test("setDevice: data from the host follows, and is uploaded once a device", async () => {
  const x = tensor([1, 2]);
  setDevice("reference");
  assertEquals([...await add(x, 1).data()], [2, 3]);
  setDevice("webgpu");
  const { uploads } = counts;
  assertEquals([...await add(x, 1).data()], [2, 3]);
  assertEquals([...await mul(x, 2).data()], [2, 4]);
  assertEquals(counts.uploads - uploads, 1);
});

Deno.test("setDevice: computed data stays, and mixing names toDevice", async () => {
  setDevice("reference");
  const x = square(tensor([1, 2]));
  await evaluate(x);
  setDevice("webgpu");
  await assertRejects(
    () => add(x, 1).data(),
    TypeError,
    'Cannot use f32[2] on webgpu: it was computed on reference; move it with toDevice(x, "webgpu")',
  );
  assertEquals([...await x.data()], [1, 4]);
  const moved = await toDevice({ x }, "webgpu");
  assertEquals([...await add(moved.x, 1).data()], [2, 5]);
});

Deno.test("setDevice: what is lazy is computed on the device of the moment", async () => {
  setDevice("reference");
  const x = square(tensor([1, 2]));
  setDevice("webgpu");
  assertEquals([...await x.data()], [1, 4]);
  assertEquals([...await add(x, 1).data()], [2, 5]);
});

Deno.test("setDevice, init: a device that there is not is named with those there are", async () => {
  const abacus = "abacus" as DeviceName;
  assertThrows(() => setDevice(abacus), UnsupportedError, 'Cannot use the device "abacus": the');
  await assertRejects(() => init({ device: abacus }), UnsupportedError, '"reference"');
  assertEquals(registeredDevices().includes("cpu"), true);
});

Deno.test("setDevice: f64 is the reference's alone", async () => {
  await init({ device: "cpu" });
  setDevice("cpu");
  const x = zeros([2], { dtype: "f64" });
  await assertRejects(() => x.data(), UnsupportedError, 'call setDevice("reference")');
  setDevice("reference");
});

Deno.test("memory: counts live buffers of every device", async () => {
  setDevice("reference");
  const before = memory().reference!.buffers;
  const x = square(tensor([1, 2]));
  await evaluate(x);
  assertEquals(memory().reference!.buffers, before + 2);
  x.dispose();
  assertEquals(memory().reference!.buffers, before + 1);
});

Deno.test("describe: is one line for every device", () => {
  for (const name of registeredDevices()) {
    assertEquals(backendOf(name).describe().includes("\n"), false);
  }
});
