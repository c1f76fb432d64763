/** `deno run -A bench/matmul.ts`: GFLOP/s of products f32, best and median of many. */
import { evaluate, jit, key, matmul, normal } from "../core/mod.ts";
import "../mod.ts";
import { median, now } from "./_stats.ts";

const SIDES = [256, 509, 510, 511, 512, 1020, 1021, 1024];

const product = jit(matmul);
for (const side of SIDES) {
  const [x, y] = [normal(key(0), [side, side]), normal(key(1), [side, side])];
  await evaluate(x, y);
  const times: number[] = [];
  const rounds = Math.max(10, Math.min(100, Math.round(2e10 / side ** 3)));
  for (let i = 0; i < rounds; i++) {
    const start = now();
    product(x, y).dispose();
    times.push(now() - start);
  }
  const rate = (milliseconds: number): string => (2 * side ** 3 / 1e6 / milliseconds).toFixed(1);
  const best = rate(Math.min(...times));
  console.log(`${side}: best ${best} GFLOP/s, median ${rate(median(times))} of ${rounds}`);
}
