import { assertEquals, assertThrows } from "@std/assert";
import { key, matmul, setDevice, type Shape, ShapeError, std, swapAxes } from "../../mod.ts";
import {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initializer,
  lecunNormal,
  lecunUniform,
  orthogonal,
  varianceScaling,
} from "../../nn/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

const deviation = (init: Initializer, shape: Shape): Promise<number> =>
  std(init(key(0), shape)).item();

Deno.test("initializers: have the variance they promise", async () => {
  const shape = [100, 60];
  const close = async (init: Initializer, variance: number): Promise<void> => {
    const ratio = await deviation(init, shape) / Math.sqrt(variance);
    assertEquals(Math.abs(ratio - 1) < 0.03, true, `ratio ${ratio}`);
  };
  await close(glorotUniform(), 2 / 160);
  await close(glorotNormal(), 2 / 160);
  await close(heUniform(), 2 / 100);
  await close(heNormal(), 2 / 100);
  await close(lecunUniform(), 1 / 100);
  await close(lecunNormal(), 1 / 100);
  await close(lecunNormal({ inAxis: -1, outAxis: -2 }), 1 / 60);
  await close(varianceScaling({ mode: "fanOut", distribution: "normal" }), 1 / 60);
  await close(varianceScaling({ mode: "fanGeometric" }), 1 / Math.sqrt(6000));
  await close(lecunNormal({ batchAxes: [0], inAxis: 0 }), 1);
});

Deno.test("orthogonal: rows or columns are orthonormal, times the scale", async () => {
  const tall = orthogonal({ scale: 2 })(key(1), [4, 2]);
  await assertClose(matmul(swapAxes(tall, 0, 1), tall), [4, 0, 0, 4]);
  const wide = orthogonal()(key(1), [2, 4]);
  await assertClose(matmul(wide, swapAxes(wide, 0, 1)), [1, 0, 0, 1]);
  assertEquals(orthogonal({ columnAxis: 0 })(key(1), [4, 2, 1]).shape, [4, 2, 1]);
});

Deno.test("initializers: refuse vectors", () => {
  assertThrows(() => heNormal()(key(0), [3]), ShapeError, "Cannot initialize [3]: a fan needs");
  assertThrows(() => orthogonal()(key(0), [3]), ShapeError, "Cannot make [3] orthogonal");
});
