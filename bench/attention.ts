/**
 * `deno run -A bench/attention.ts`: attention and its gradient, GPT-2's heads (12 of 64), causal.
 * With --layers a sum of several, whose peak says what the way back keeps.
 */
import { parseArgs } from "npm:deno-std@1.4.0/cli/parse_args.js";
import { valueAndGrad } from "../autodiff/mod.ts";
import {
  add,
  compileReport,
  evaluate,
  init,
  jit,
  key,
  mul,
  normal,
  split,
  sum,
  type Tensor,
} from "../mod.ts";
import { attention, mergeHeads, splitHeads } from "../nn/mod.ts";
import { median } from "./_stats.ts";

const args = parseArgs(Deno.args, {
  string: ["time", "batch", "heads", "size", "layers", "rounds", "device"],
  default: {
    time: "128,512,1024",
    batch: "1",
    heads: "12",
    size: "64",
    layers: "1",
    rounds: "5",
    device: "cpu",
  },
});
const [batch, heads, size, layers] = [args.batch, args.heads, args.size, args.layers].map(
  Number,
) as [number, number, number, number];

/** A layer of attention over the thirds of a packed projection, as models write it. */
function layer(x: Tensor): Tensor {
  const [query, key, value] = split(x, { sections: 3, axis: 2 })
    .map((part) => splitHeads(part, { heads })) as [Tensor, Tensor, Tensor];
  return mergeHeads(attention({ query, key, value }, { causal: true }));
}

await init({ device: args.device as "cpu" });
for (const time of args.time.split(",").map(Number)) {
  const xs = Array.from(
    { length: layers },
    (_, i) => normal(key(i), [batch, time, 3 * heads * size]),
  );
  const loss = (xs: readonly Tensor[]): Tensor => {
    const y = xs.map(layer).reduce(add);
    return sum(mul(y, y));
  };
  const step = jit((xs: readonly Tensor[]) => valueAndGrad(loss)(xs));
  const forward = jit((xs: readonly Tensor[]) => xs.map(layer).reduce(add));
  await evaluate(xs);
  const report = await compileReport((xs: readonly Tensor[]) => valueAndGrad(loss)(xs))(xs);
  const timed = async (f: () => unknown): Promise<string> => {
    const times: number[] = [];
    for (let i = 0; i <= Number(args.rounds); i++) {
      const start = performance.now();
      const result = f();
      await evaluate(result as Tensor);
      times.push(performance.now() - start);
    }
    return [median(times.slice(1)), Math.min(...times)].map((ms) => ms.toFixed(1)).join(", best ");
  };
  const one = await timed(() => forward(xs));
  const both = await timed(() => step(xs));
  console.log(
    `${batch}x${heads}x${time}x${size}, ${layers} layers: forward ${one} ms, ` +
      `with gradient ${both} ms, ${report.kernels.length} kernels, ` +
      `peak ${(report.peakBytes / 2 ** 20).toFixed(1)} MiB`,
  );
}
