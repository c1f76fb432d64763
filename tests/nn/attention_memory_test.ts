import { assert } from "@std/assert";
import { grad, jvp } from "../../autodiff/mod.ts";
import { compileReport, foldIn, key, mul, normal, setDevice, sum } from "../../core/mod.ts";
import type { Tensor } from "../../core/mod.ts";
import "../../mod.ts";
import { attention } from "../../nn/mod.ts";

setDevice("cpu");

Deno.test("attention: over many keys a gradient keeps no weights, and dropout is the same twice", async () => {
  const [time, size, layers] = [160, 8, 10];
  const x = normal(key(0), [1, 1, time, size]);
  const stack = (x: Tensor): Tensor => {
    let h = x;
    for (let i = 0; i < layers; i++) {
      const dropped = { rate: 0.5, key: foldIn(key(1), i) };
      h = attention({ query: h, key: h, value: h }, {
        causal: true,
        scale: 0.02,
        dropout: dropped,
      });
    }
    return sum(mul(h, h));
  };
  const { peakBytes } = await compileReport(grad(stack))(x);
  const weights = 4 * time * time;
  assert(peakBytes < 6 * weights, `${peakBytes} bytes at peak, ${weights} a layer's weights`);
  const direction = normal(key(2), x.shape);
  const slope = await jvp(stack, [x], [direction])[1].item();
  const along = await sum(mul(grad(stack)(x), direction)).item();
  assert(Math.abs(along - slope) <= 1e-4 * Math.abs(slope), `${along} and ${slope}`);
});

Deno.test("attention: over many keys memory grows with the texts, not with their squares", async () => {
  const stack = (x: Tensor): Tensor => {
    let h = x;
    for (let i = 0; i < 4; i++) h = attention({ query: h, key: h, value: h }, { causal: true });
    return sum(mul(h, h));
  };
  const peakOf = async (time: number): Promise<number> => {
    const x = normal(key(0), [1, 2, time, 16]);
    return (await compileReport(grad(stack))(x)).peakBytes;
  };
  const [short, long] = [await peakOf(512), await peakOf(1024)];
  assert(long < 2.2 * short, `${short} bytes, and ${long} for twice the length`);
});
