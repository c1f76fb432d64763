/**
 * `deno run -A bench/kernel_times.ts [--top 25]`: where the time of a GPT-2 124M-shaped LoRA step
 * goes, by kernel: processor time of every step of the program, the middle of several rounds.
 */
import process from "node:process";
import { parseArgs } from "npm:deno-std@1.4.0/cli/parse_args.js";
import {
  Graph,
  type KernelReport,
  key,
  makeGraph,
  type Tensor,
  type Tree,
  treeFlatten,
  zeros,
} from "../core/mod.ts";
import { bytesOf, eliminateDead, sizeOf } from "../core/internal.ts";
import "../mod.ts";
import { valueAndGrad } from "../autodiff/mod.ts";
import { type Engine, newEngine } from "../kernels/wasm/engine.ts";
import { viewAt } from "../kernels/wasm/host.ts";
import { compileProgram, executeProgram } from "../kernels/wasm/program.ts";
import { gpt2Family } from "../models/mod.ts";
import { causalLmLoss } from "../nn/mod.ts";
import { adamw } from "../optim/mod.ts";
import { graft, lora } from "../peft/mod.ts";
import { median, now } from "./_stats.ts";

const args = parseArgs(Deno.args, {
  string: ["rounds", "batch", "time", "layers", "top"],
  default: { rounds: "5", batch: "4", time: "128", layers: "12", top: "25" },
});
const numberOf = (name: keyof typeof args): number => Number(args[name]);
const [rounds, batch, time, layers, top] = [
  numberOf("rounds"),
  numberOf("batch"),
  numberOf("time"),
  numberOf("layers"),
  numberOf("top"),
];

type Step = { readonly graph: Graph; readonly donated: boolean[] };

/** The Graph of a whole step; adapter and optimizer state are donated. */
function stepGraph(): Step {
  const config = gpt2Family.parseConfig({ model_type: "gpt2", n_layer: layers });
  const base = gpt2Family.init(key(0), config, { task: "causal-lm" });
  const options = { r: 8, target_modules: ["c_attn"], model_type: "gpt2" };
  const adapter = lora.init(key(1), base, options);
  const head = gpt2Family.head("causal-lm");
  const optimizer = adamw(1e-3);
  const state = optimizer.init(adapter);
  const ids = zeros([batch, time], { dtype: "i32" });
  const step = (a: typeof adapter, s: typeof state, b: typeof base, x: Tensor): Tree => {
    const loss = (q: typeof adapter): Tensor =>
      causalLmLoss(head(graft(b, q), { input_ids: x }, config).logits, x);
    const { value, grad } = valueAndGrad(loss)(a);
    return [...optimizer.update(grad, s, a), value] as unknown as Tree;
  };
  const traced = makeGraph(step)(adapter, state, base, ids);
  const outputs = [...new Set(traced.outputs)].filter((v) => v >= traced.inputs);
  const graph = eliminateDead(new Graph(traced.inputs, traced.nodes, outputs, traced.avals));
  const given = treeFlatten([adapter, state] as unknown as Tree)[0].length;
  return { graph, donated: Array.from({ length: graph.inputs }, (_, i) => i < given) };
}

/**
 * Milliseconds of processor time, of all threads together and divided among them: unlike the time
 * that passes, it hardly depends on what else a shared machine does.
 */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 / threads;
}

/** An engine that keeps the processor time of every step of a program in `times`. */
function timedEngine(engine: Engine, times: number[]): Engine {
  return {
    ...engine,
    run(program, addresses, alone) {
      let start = 0;
      engine.run(program, addresses, alone, (at) => {
        const end = processorTime();
        if (at > 0) times[at - 1] = end - start;
        start = end;
      });
    },
  };
}

const { graph, donated } = stepGraph();
const times: number[] = [];
const engine = newEngine();
const { threads } = engine;
const program = compileProgram(engine, graph, donated);
const upload = (i: number) => {
  const aval = graph.avals[i]!;
  const bytes = bytesOf(aval.dtype) * sizeOf(aval.shape);
  const block = engine.heap.allocate(bytes);
  const view = viewAt(engine.heap, block.address, aval);
  // Weights are small numbers of both signs, the optimizer's state is zero.
  if (aval.dtype === "f32" && !donated[i]) {
    for (let at = 0; at < view.length; at++) view[at] = 0.02 * Math.sin(at);
  } else view.fill(0 as never);
  return { bytes, block };
};
const fixed = graph.avals.slice(0, graph.inputs).map((_, i) => donated[i] ? null : upload(i));

const all: number[][] = program.steps.map(() => []);
const passed: number[] = [];
const timed = timedEngine(engine, times);
for (let round = 0; round <= rounds; round++) {
  const inputs = fixed.map((buffer, i) => buffer ?? upload(i));
  const start = now();
  const outputs = executeProgram(timed, program, inputs);
  passed.push(now() - start);
  for (const { block } of outputs) engine.heap.free(block);
  if (round > 0) times.forEach((time, at) => all[at]!.push(time));
}
const steps = all.map(median);

type Row = { count: number; ms: number; pack: number; flops: number; bytes: number };
const rows = new Map<string, Row>();
const seen = new Set<KernelReport>();
steps.forEach((ms, at) => {
  const kernel = program.kernelOf[at]!;
  const row = rows.get(kernel.name) ?? { count: 0, ms: 0, pack: 0, flops: 0, bytes: 0 };
  rows.set(kernel.name, row);
  row.ms += ms;
  if (program.steps[at]?.kind === "pack") row.pack += ms;
  if (seen.has(kernel)) return;
  seen.add(kernel);
  row.count++;
  row.flops += kernel.flops;
  row.bytes += kernel.bytes;
});

const total = steps.reduce((sum, t) => sum + t, 0);
const { flops } = program.report;
const list = (some: readonly number[]): string => some.map((t) => t.toFixed(0)).join(", ");
console.log(
  `${seen.size} kernels in ${steps.length} steps on ${threads} threads: ` +
    `${total.toFixed(0)} ms of each thread's processor time, ` +
    `${(flops / 1e6 / total).toFixed(1)} GFLOP/s; ` +
    `first round ${list(passed.slice(0, 1))} ms, others ${list(passed.slice(1))} ms`,
);
console.log("   ms     %  count  packing  GFLOP/s   GB/s  kernel");
const cell = (x: number, width: number, digits = 1): string => x.toFixed(digits).padStart(width);
for (const [name, row] of [...rows].sort((a, b) => b[1].ms - a[1].ms).slice(0, top)) {
  console.log(
    cell(row.ms, 7) + cell(100 * row.ms / total, 6) + cell(row.count, 7, 0) + cell(row.pack, 9) +
      cell(row.flops / 1e6 / row.ms, 9) + cell(row.bytes / 1e6 / row.ms, 7) + `  ${name}`,
  );
}
Deno.exit(0);
