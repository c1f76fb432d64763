/**
 * `deno run -A bench/conv.ts`: a convolution of 64x64x64 with 64 kernels of 3x3, forward and with
 * both gradients, and the gradient of an embedding of 50257 x 768 for 512 ids beside a plain write of
 * as many bytes.
 */
import { evaluate, full, jit, key, normal, randint, sum, take, type Tensor } from "../core/mod.ts";
import "../mod.ts";
import { grad, valueAndGrad } from "../autodiff/mod.ts";
import { convGeneral, mul, square } from "../core/mod.ts";
import { median, now } from "./_stats.ts";

const ROUNDS = 21;

async function time(name: string, f: () => Tensor | readonly Tensor[]): Promise<number> {
  const took: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const start = now();
    const results = [f()].flat() as Tensor[];
    await evaluate(results);
    took.push(now() - start);
    for (const result of results) result.dispose();
  }
  const [middle, best] = [median(took.slice(2)), Math.min(...took)];
  console.log(`${name.padEnd(36)} median ${middle.toFixed(2)} ms, best ${best.toFixed(2)} ms`);
  return best;
}

const x = normal(key(0), [1, 64, 64, 64]);
const w = normal(key(1), [64, 64, 3, 3]);
await evaluate(x, w);
const conv = (x: Tensor, w: Tensor): Tensor => convGeneral(x, w, { padding: 1 });
const forward = jit(conv);
const both = jit((x: Tensor, w: Tensor) => {
  const { value, grad } = valueAndGrad((x: Tensor, w: Tensor) => sum(square(conv(x, w))), {
    argnums: [0, 1],
  })(x, w);
  return [value, ...grad] as readonly Tensor[];
});
await time("conv2d forward", () => forward(x, w));
await time("conv2d forward and both gradients", () => both(x, w));

const table = normal(key(2), [50257, 768]);
const ids = randint(key(3), [512], { minval: 0, maxval: 50257 });
const ct = normal(key(4), [512, 768]);
await evaluate(table, ids, ct);
const slope = jit((table: Tensor, ids: Tensor, ct: Tensor) =>
  grad((table: Tensor) => sum(mul(ct, take(table, ids, { mode: "clip" }))))(table)
);
const write = jit((value: Tensor) => mul(value, full([50257, 768], 1)));
const gradient = await time("embedding gradient", () => slope(table, ids, ct));
const bytes = await time("writing as many bytes", () => write(full([], 1)));
console.log(`ratio of the best                    ${(gradient / bytes).toFixed(2)}`);
