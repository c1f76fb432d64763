/**
 * `deno run -A bench/gpu.ts`: everything that is to be known about Graft on a GPU, in one run. The
 * rate of a copy within the device; products f32 beside the card's peak; a map and a softmax as
 * fractions of the copy; the LoRA step of a GPT-2 124M-shaped model with its kernels, bytes and host
 * time, beside PyTorch when GRAFT_PYTHON names a Python that has it. On an adapter that runs on the
 * CPU it says so and uses small sizes; `--batch 1 --time 8 --layers 12` give the step others.
 */
import { parseArgs } from "npm:deno-std@1.4.0/cli/parse_args.js";
import {
  add,
  backendOf,
  evaluate,
  init,
  jit,
  key,
  matmul,
  mul,
  normal,
  slice,
  softmax,
  type Tensor,
} from "../core/mod.ts";
import "../mod.ts";
import { gpt2LoraStep, programLine, type StepSizes } from "./_gpt2_lora.ts";
import { countCalls, probeCard } from "./_gpu_card.ts";
import { openPython } from "./_python.ts";
import { median, now } from "./_stats.ts";

const args = parseArgs(Deno.args, {
  string: ["rounds", "batch", "time", "layers", "vocab"],
  default: { rounds: "5" },
});
const rounds = Number(args.rounds);
const card = await probeCard();
if (!card) {
  console.log("There is no WebGPU adapter here: nothing is measured");
  Deno.exit(0);
}
await init({ device: "webgpu" });
const backend = backendOf("webgpu");
console.log(`device     ${backend.describe()}`);
if (card.isSoftware) {
  console.log("           This adapter runs on the CPU: the figures say nothing about a GPU");
}
console.log(`copy       ${card.copyRate.toFixed(1)} GB/s read and written`);
await measureProducts(card.isSoftware ? [64, 256] : [512, 1024, 2048, 4096]);
await measureBandwidth(card.isSoftware ? 2 ** 20 : 2 ** 26);
await measureStep();

/** GFLOP/s of square products, one after the other without reading. */
async function measureProducts(sides: readonly number[]): Promise<void> {
  const product = jit(matmul);
  for (const side of sides) {
    const [x, y] = [normal(key(0), [side, side]), normal(key(1), [side, side])];
    await evaluate(x, y);
    const ms = await timeOf(() => product(x, y));
    const rate = 2 * side ** 3 / 1e6 / ms;
    const ratio = card!.peak === null
      ? "peak unknown: set GRAFT_PEAK_TFLOPS"
      : `${percent(rate / card!.peak)} of the card's peak`;
    console.log(`matmul     ${side}: ${rate.toFixed(1)} GFLOP/s, ${ratio}`);
    x.dispose();
    y.dispose();
  }
}

/** A map and a softmax over `size` elements, as fractions of a copy. */
async function measureBandwidth(size: number): Promise<void> {
  const columns = 1024;
  const x = normal(key(2), [size / columns, columns]);
  await evaluate(x);
  const all: readonly (readonly [string, (x: Tensor) => Tensor])[] = [
    ["x * 2 + 1", jit((x: Tensor) => add(mul(x, 2), 1))],
    ["softmax", jit((x: Tensor) => softmax(x))],
  ];
  for (const [name, f] of all) {
    const ms = await timeOf(() => f(x));
    const rate = 2 * 4 * size / 1e6 / ms;
    const shape = `[${x.shape.join(", ")}]`;
    console.log(
      `${name.padEnd(10)} ${shape}: ${rate.toFixed(1)} GB/s, ` +
        `${percent(rate / card!.copyRate)} of a copy`,
    );
  }
  x.dispose();
}

/** The LoRA step of gpt2_step.ts, at batch 8 x 512 on a GPU. */
async function measureStep(): Promise<void> {
  const sizes = stepSizes(card!.isSoftware && args.layers === undefined);
  const step = await gpt2LoraStep(sizes);
  const { report, ms: compiled } = await step.compile();
  const first = await step.run();
  const python = card!.isSoftware ? null : await openPython("bench/gpt2_step.py", [
    ...[sizes.batch, sizes.time, sizes.layers].map(String),
    "cuda",
  ]);
  const counts = countCalls();
  const before = { ...counts };
  step.submit().dispose();
  const calls = [counts.submits - before.submits, counts.dispatches - before.dispatches];
  const [ours, theirs, host]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < rounds; i++) {
    ours.push(await step.run());
    const start = now();
    const loss = step.submit();
    host.push(now() - start);
    await loss.item();
    loss.dispose();
    if (python) theirs.push(await python.next());
  }
  const milliseconds = (list: readonly number[]): string =>
    `median ${median(list).toFixed(1)} ms, best ${Math.min(...list).toFixed(1)} ms`;
  const rate = report.flops / 1e6 / median(ours);
  console.log(`gpt2 lora  batch ${sizes.batch} x ${sizes.time}, ${sizes.layers} layers`);
  console.log(`  program  ${programLine(report)}`);
  console.log(`  calls    ${calls[0]} submits, ${calls[1]} dispatches a step`);
  console.log(`  compile  ${compiled.toFixed(0)} ms, first step ${first.toFixed(0)} ms`);
  console.log(`  step     ${milliseconds(ours)}, ${rate.toFixed(1)} GFLOP/s`);
  console.log(`  host     ${milliseconds(host)} until the step is submitted`);
  const memory = backend.memory();
  console.log(`  memory   ${(memory.bytes / 1e6).toFixed(0)} MB in ${memory.buffers} buffers`);
  if (python) {
    console.log(`  pytorch  ${milliseconds(theirs)}, ${await python.close()}`);
    console.log(`  ratio    ${(median(ours) / median(theirs)).toFixed(2)} (medians, alternating)`);
  } else if (!card!.isSoftware) {
    console.log("  pytorch  not found: set GRAFT_PYTHON to a Python with torch and peft");
  }
}

/** GPT-2 124M's sizes, or small ones; options say otherwise. */
function stepSizes(isSmall: boolean): StepSizes {
  const config = isSmall ? { vocab_size: 256, n_embd: 96, n_head: 4 } : {};
  return {
    batch: Number(args.batch ?? (isSmall ? 2 : 8)),
    time: Number(args.time ?? (isSmall ? 16 : 512)),
    layers: Number(args.layers ?? (isSmall ? 2 : 12)),
    config: args.vocab === undefined ? config : { ...config, vocab_size: Number(args.vocab) },
  };
}

/** Milliseconds of one call of `f`: the difference of a long and a short row, each read once. */
async function timeOf(f: () => Tensor): Promise<number> {
  const row = async (times: number): Promise<number> => {
    const start = now();
    for (let i = 1; i < times; i++) f().dispose();
    const last = f();
    await waitFor(last);
    last.dispose();
    return now() - start;
  };
  await row(1);
  const once = await row(1);
  const times = Math.max(2, Math.min(200, Math.ceil(200 / Math.max(once, 0.5))));
  const found: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const short = await row(1);
    found.push(Math.max(1e-3, (await row(times + 1) - short) / times));
  }
  return median(found);
}

/** Waits until a tensor is computed, by reading one element of it. */
async function waitFor(x: Tensor): Promise<void> {
  const one = slice(x, { start: x.shape.map(() => 0), stop: x.shape.map(() => 1) });
  await one.data();
  one.dispose();
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(0)} %`;
}
