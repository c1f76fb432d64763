/**
 * `deno run -A bench/devices.ts`: the LoRA step of a GPT-2 124M-shaped model on the CPU beside
 * WebGPU, as the table of docs/performance.md: kernels, operations, bytes, calls, and what the host
 * does for a step. The program of the whole model is compiled and not run; host times are of twelve
 * layers so small that the adapter's own time hardly counts. `--batch 4 --time 128 --vocab 50257`.
 */
import { parseArgs } from "npm:deno-std@1.4.0/cli/parse_args.js";
import { type DeviceName, init, type ProgramReport } from "../core/mod.ts";
import "../mod.ts";
import { gpt2LoraStep } from "./_gpt2_lora.ts";
import { countCalls, probeCard } from "./_gpu_card.ts";
import { median, now } from "./_stats.ts";

const args = parseArgs(Deno.args, {
  string: ["batch", "time", "vocab", "layers"],
  default: { batch: "4", time: "128", vocab: "50257", layers: "12" },
});

/** What there is to say of a device. */
type Column = {
  readonly report: ProgramReport;
  readonly compile: number;
  /** Of tiny layers: the program, submits and dispatches of a step (null: no such thing), host time. */
  readonly tiny: ProgramReport;
  readonly calls: { readonly submits: number; readonly dispatches: number } | null;
  readonly host: number;
};

const devices: DeviceName[] = await probeCard() ? ["cpu", "webgpu"] : ["cpu"];
const columns: Column[] = [];
for (const device of devices) columns.push(await measure(device));
print(columns);
Deno.exit(0);

async function measure(device: DeviceName): Promise<Column> {
  await init({ device });
  const { report, ms: compile } = await (await gpt2LoraStep({
    batch: Number(args.batch),
    time: Number(args.time),
    layers: Number(args.layers),
    config: { vocab_size: Number(args.vocab) },
  })).compile();
  const tiny = await gpt2LoraStep({
    batch: 1,
    time: 8,
    layers: Number(args.layers),
    config: { vocab_size: 64, n_positions: 8, n_embd: 24, n_head: 12 },
  });
  for (let i = 0; i < 5; i++) await tiny.run();
  const counts = device === "webgpu" ? countCalls() : null;
  tiny.submit().dispose();
  const calls = counts && { ...counts };
  const host: number[] = [];
  for (let i = 0; i < 30; i++) {
    const start = now();
    const loss = tiny.submit();
    host.push(now() - start);
    await loss.item();
    loss.dispose();
  }
  return { report, compile, tiny: (await tiny.compile()).report, calls, host: median(host) };
}

/** A table with a column a device. */
function print(columns: readonly Column[]): void {
  const head = [`LoRA step, batch ${args.batch} x ${args.time}`, ...devices];
  const row = (name: string, of: (column: Column) => string): string[] => {
    return [name, ...columns.map(of)];
  };
  const rows = [
    head,
    row("kernels, copies", ({ report }) => `${report.kernels.length}, ${report.copies}`),
    row("floating-point operations", ({ report }) => `${(report.flops / 1e9).toFixed(1)} G`),
    row("moved", ({ report }) => `${(report.bytes / 1e9).toFixed(2)} GB`),
    row("peak between ins and outs", ({ report }) => `${(report.peakBytes / 1e6).toFixed(0)} MB`),
    row("trace and compile", ({ compile }) => `${compile.toFixed(0)} ms`),
    row("tiny layers: kernels", ({ tiny }) => `${tiny.kernels.length}`),
    row("submits, dispatches", ({ calls }) => calls ? `${calls.submits}, ${calls.dispatches}` : ""),
    row("host", ({ calls, host }) => `${host.toFixed(1)} ms${calls ? "" : " with the kernels"}`),
  ];
  const widths = head.map((_, i) => Math.max(...rows.map((cells) => cells[i]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  const [first, ...rest] = rows.map(line);
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  console.log([first, rule, ...rest].join("\n"));
}
