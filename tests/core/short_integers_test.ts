import { assertEquals } from "@std/assert";
import * as g from "../../mod.ts";

// 16-bit integers have no kernels: every backend has to find its way to the host.
for (const device of ["reference", "cpu"] as const) {
  Deno.test(`i16, u16: wrap, clamp and mix with kernels on ${device}`, async () => {
    g.setDevice(device);
    const x = g.tensor(Int16Array.of(32767, -32768, 5));
    assertEquals(x.dtype, "i16");
    assertEquals(await g.add(x, 1).data(), Int16Array.of(-32768, -32767, 6));
    assertEquals(await g.mul(g.convert(x, "f32"), 2).data(), Float32Array.of(65534, -65536, 10));
    const clamped = g.convert(g.tensor([-1, 70000, NaN]), "u16");
    assertEquals(await clamped.data(), Uint16Array.of(0, 65535, 0));
    assertEquals(await g.sum(clamped).data(), Uint32Array.of(65535));
    assertEquals(await g.rightShift(x, 15).data(), Int16Array.of(0, -1, 0));
    assertEquals(await g.rightShiftLogical(x, 15).data(), Int16Array.of(0, 1, 0));
    const bits = g.bitcast(g.tensor([1], { dtype: "f16" }), "u16");
    assertEquals(await bits.data(), Uint16Array.of(0x3c00));
    assertEquals(await g.sort(x).data(), Int16Array.of(-32768, 5, 32767));
    assertEquals(await g.cummin(x).data(), Int16Array.of(32767, -32768, -32768));
    const twice = g.jit((y: g.Tensor) => g.add(g.add(y, y), g.convert(g.tensor([1, 2, 3]), "i16")));
    assertEquals(await twice(x).data(), Int16Array.of(-1, 2, 13));
    const ids = g.tensor(Uint16Array.of(2, 0));
    assertEquals(await g.take(g.tensor([10, 20, 30]), ids).data(), Float32Array.of(30, 10));
  });
}
