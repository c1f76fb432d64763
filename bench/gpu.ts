/**
 * `deno run -A bench/gpu.ts`: everything that is to be known about Graft on a GPU, in one run. The
 * rate of a copy within the device; every kind of kernel beside the card's peak, the copy and
 * PyTorch; the LoRA step of a GPT-2 124M-shaped model with its kernels, bytes and host time, beside
 * PyTorch; and which of the aims are met. PyTorch is that of GRAFT_PYTHON, else of python3.
 *
 * On an adapter that runs on the CPU it says so and uses small sizes; `--batch 1 --time 8 --layers 12
 * --vocab 1000` give the step others, `--no-python` leaves PyTorch out.
 */
import { parseArgs } from "npm:deno-std@1.4.0/cli/parse_args.js";
import { backendOf, evaluate, init } from "../core/mod.ts";
import "../mod.ts";
import type { StepSizes } from "./_gpt2_lora.ts";
import { type Card, probeCard } from "./_gpu_card.ts";
import { type KernelCase, kernelCases, kernelOf } from "./_gpu_kernels.ts";
import { measureStep, type StepTimes } from "./_gpu_step.ts";
import { timeOfKernel } from "./_gpu_times.ts";
import { openPython, type Python } from "./_python.ts";

const args = parseArgs(Deno.args, {
  string: ["rounds", "batch", "time", "layers", "vocab"],
  boolean: ["python"],
  negatable: ["python"],
  default: { rounds: "5", python: true },
});
const rounds = Number(args.rounds);
const found = await probeCard();
if (!found) {
  console.log("There is no WebGPU adapter here: nothing is measured");
  Deno.exit(0);
}
const card: Card = found;
await init({ device: "webgpu" });
console.log(`device     ${backendOf("webgpu").describe()}`);
if (card.isSoftware) {
  console.log("           This adapter runs on the CPU: the figures say nothing about a GPU");
}
console.log(`copy       ${card.copyRate.toFixed(1)} GB/s read and written`);
console.log(
  card.peak === null
    ? "peak       unknown: set GRAFT_PEAK_TFLOPS"
    : `peak       ${card.peak.toFixed(0)} GFLOP/s in f32`,
);
const python = args.python ? await openPython("bench/gpu_kernels.py", []) : null;
console.log("        ms  GFLOP/s  of peak     GB/s  of copy  pytorch ms  ratio  kernel");
const measured: Measured[] = [];
for (const one of kernelCases(card.isSoftware)) measured.push(await measureKernel(one, python));
if (python) console.log(await python.close());
else console.log("pytorch    not found: set GRAFT_PYTHON to a Python with torch and peft");
const step = await measureStep(stepSizes(card.isSoftware && args.layers === undefined), {
  rounds,
  withPython: args.python && !card.isSoftware,
});
if (!card.isSoftware) printAims(measured, step);

/** A kernel's rates, as parts of the card's. */
type Measured = {
  readonly one: KernelCase;
  readonly ofPeak: number | null;
  readonly ofCopy: number | null;
};

async function measureKernel(one: KernelCase, python: Python | null): Promise<Measured> {
  const kernel = kernelOf(one);
  await evaluate(kernel.inputs);
  const ms = await timeOfKernel(kernel, rounds);
  const torch = python ? await python.ask(JSON.stringify(one)) : null;
  const gflops = kernel.flops === undefined ? null : kernel.flops / 1e6 / ms;
  const gbs = kernel.bytes === undefined ? null : kernel.bytes / 1e6 / ms;
  const ofPeak = gflops === null || card.peak === null ? null : gflops / card.peak;
  const ofCopy = gbs === null ? null : gbs / card.copyRate;
  console.log(
    cell(ms, 10, 3) + cell(gflops, 9, 1) + percent(ofPeak) + cell(gbs, 9, 1) + percent(ofCopy) +
      cell(torch, 12, 3) + cell(torch === null ? null : ms / torch, 7, 2) +
      `  ${one.op} ${one.sizes.join("x")}`,
  );
  for (const x of kernel.inputs) x.dispose();
  return { one, ofPeak, ofCopy };
}

/** What the project wants of a card, and what this one has. */
function printAims(measured: readonly Measured[], { step, torch, host }: StepTimes): void {
  const say = (
    aim: string,
    has: number | null,
    isMet: (has: number) => boolean,
    unit = "",
  ): void => {
    const verdict = has === null ? "not measured" : isMet(has) ? "met" : "NOT met";
    console.log(`aim        ${aim}: ${has === null ? "" : `${has.toFixed(2)}${unit}, `}${verdict}`);
  };
  const large = measured.find(({ one }) => one.op === "matmul" && one.sizes[1] === 4096);
  say("matmul f32 4096 at half of the peak", large?.ofPeak ?? null, (part) => part >= 0.5);
  for (const { one, ofCopy } of measured.filter(({ ofCopy }) => ofCopy !== null)) {
    say(`${one.op} at 0.7 of a copy`, ofCopy, (part) => part >= 0.7);
  }
  say("the step at most 2 x PyTorch", torch && step / torch, (ratio) => ratio <= 2);
  say("host time of a step under 5 ms", host, (ms) => ms < 5, " ms");
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

function cell(value: number | null, width: number, digits: number): string {
  return (value === null ? "" : value.toFixed(digits)).padStart(width);
}

function percent(part: number | null): string {
  return (part === null ? "" : `${(100 * part).toFixed(0)} %`).padStart(9);
}
