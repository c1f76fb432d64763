import { backendOf, profile, type Tensor } from "../core/mod.ts";
import { gpt2LoraStep, programLine, type StepSizes } from "./_gpt2_lora.ts";
import { countCalls } from "./_gpu_card.ts";
import { openPython } from "./_python.ts";
import { median, now } from "./_stats.ts";

/** Medians of a step, in milliseconds: ours, that of PyTorch if there is one, the host's part. */
export type StepTimes = {
  readonly step: number;
  readonly torch: number | null;
  readonly host: number;
};

/** The LoRA step of gpt2_step.ts on WebGPU, beside PyTorch where `withPython`; prints what it finds. */
export async function measureStep(
  sizes: StepSizes,
  { rounds, withPython }: { readonly rounds: number; readonly withPython: boolean },
): Promise<StepTimes> {
  const { batch, time, layers } = sizes;
  const step = await gpt2LoraStep(sizes);
  const { report, ms: compiled } = await step.compile();
  const first = await step.run();
  const python = withPython
    ? await openPython("bench/gpt2_step.py", [batch, time, layers].map(String).concat("cuda"))
    : null;
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
  console.log(`gpt2 lora  batch ${batch} x ${time}, ${layers} layers`);
  console.log(`  program  ${programLine(report)}`);
  console.log(`  calls    ${calls[0]} submits, ${calls[1]} dispatches a step`);
  console.log(`  compile  ${compiled.toFixed(0)} ms, first step ${first.toFixed(0)} ms`);
  printTimes(report.flops, { ours, host });
  if (python) {
    console.log(`  pytorch  ${milliseconds(theirs)}, ${await python.close()}`);
    console.log(`  ratio    ${(median(ours) / median(theirs)).toFixed(2)} (medians, alternating)`);
  } else if (withPython) {
    console.log("  pytorch  not found: set GRAFT_PYTHON to a Python with torch and peft");
  }
  await printProfile(step.submit);
  return {
    step: median(ours),
    torch: theirs.length > 0 ? median(theirs) : null,
    host: median(host),
  };
}

function printTimes(
  flops: number,
  { ours, host }: { readonly ours: readonly number[]; readonly host: readonly number[] },
): void {
  const rate = flops / 1e6 / median(ours);
  const memory = backendOf("webgpu").memory();
  console.log(`  step     ${milliseconds(ours)}, ${rate.toFixed(1)} GFLOP/s`);
  console.log(`  host     ${milliseconds(host)} until the step is submitted`);
  console.log(`  memory   ${(memory.bytes / 1e6).toFixed(0)} MB in ${memory.buffers} buffers`);
}

async function printProfile(submit: () => Tensor): Promise<void> {
  console.log("  where the time of a step goes:");
  const profiled = await profile(() => submit());
  profiled.value.dispose();
  const lines = `${profiled}`.split("\n");
  console.log(lines.map((line) => `  ${line}`).join("\n"));
}

function milliseconds(list: readonly number[]): string {
  return `median ${median(list).toFixed(1)} ms, best ${Math.min(...list).toFixed(1)} ms`;
}
