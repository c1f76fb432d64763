/**
 * `deno run -A bench/loops.ts`: a scan of 1,000 steps over h = tanh(W h + x) with 128 units, its
 * gradient, and a scan whose step does next to nothing.
 */
import {
  add,
  evaluate,
  jit,
  key,
  matmul,
  mul,
  normal,
  sin,
  sum,
  tanh,
  type Tensor,
  tensor,
} from "../core/mod.ts";
import "../mod.ts";
import { grad, scan } from "../autodiff/mod.ts";
import { median, sample } from "./_stats.ts";

const units = 128;
const steps = 1000;
const weight = mul(normal(key(0), [units, units]), 0.05);
const inputs = mul(normal(key(1), [steps, units]), 0.1);
const first = mul(normal(key(2), [units]), 0.1);
await evaluate([weight, inputs, first]);

function network(weight: Tensor): Tensor {
  const step = (h: Tensor, x: Tensor): [Tensor, null] => [tanh(add(matmul(weight, h), x)), null];
  return scan(step, first, inputs)[0];
}

function walk(start: Tensor): Tensor {
  const step = (x: Tensor): [Tensor, null] => [sin(add(x, 1)), null];
  return scan(step, start, null, { length: 10_000 })[0];
}

async function report(name: string, f: (x: Tensor) => Tensor, x: Tensor): Promise<void> {
  const compiled = jit(f);
  const run = async (): Promise<void> => void await compiled(x).data();
  await run();
  const times = await sample(30, run);
  const [middle, best] = [median(times), Math.min(...times)];
  console.log(`${name}: ${middle.toFixed(1)} ms (median), ${best.toFixed(1)} ms best`);
}

await report(`${steps} steps of ${units} units`, network, weight);
await report("their gradient", grad((weight: Tensor) => sum(network(weight))), weight);
await report("10,000 steps of two sines", walk, tensor([0.1, 0.2]));
