import type { KernelReport } from "../../core/mod.ts";
import { beginPhase, insideLoops, type Timeline, timeline } from "../../core/internal.ts";
import type { Engine } from "./engine.ts";
import { nanosecondsPerTick } from "./tick.ts";
import { USAGE } from "./usage.ts";

/** Times the kernels of a call while a function is profiled. */
export type GpuWatch = {
  /** How the pass of the next kernel begins; null: it goes on with the kernel before it. */
  readonly pass: (kernel: KernelReport | null) => GPUComputePassDescriptor;
  /** Submits the commands with those passes. */
  readonly submit: (encoder: GPUCommandEncoder) => void;
};

/** Kernels of one submit, at most: a query set holds 4,096 times, and a kernel has two. */
export const MOST_KERNELS = 2048;

/** A watch for a call; null while nobody profiles. */
export function watchDevice(engine: Engine): GpuWatch | null {
  const line = timeline();
  if (!line) return null;
  const submit = (encoder: GPUCommandEncoder): void => {
    const done = beginPhase("submit");
    engine.submit(encoder);
    done();
  };
  const noting = { ...engine, submit };
  return engine.device.features.has("timestamp-query")
    ? watchPasses(noting, line)
    : watchSubmits(noting, line);
}

const querySets = new WeakMap<GPUDevice, GPUQuerySet>();

/** Every kernel has a pass of its own, at whose ends the device writes its time. */
function watchPasses(engine: Engine, line: Timeline): GpuWatch {
  const { device: { gpu, readsAtOnce }, submit } = engine;
  // Commands run in order, so that one set serves all submits.
  const count = 2 * MOST_KERNELS;
  const querySet = querySets.get(gpu) ?? gpu.createQuerySet({ type: "timestamp", count });
  querySets.set(gpu, querySet);
  line.notes.add("kernels are timed by the device, each in a pass of its own");
  if (!readsAtOnce) line.notes.add("browsers round these times, Chrome to 0.1 ms");
  let kernels: (KernelReport | null)[] = [];
  return {
    pass: (kernel) => {
      const at = 2 * kernels.push(kernel && insideLoops(line, kernel)) - 2;
      const timestampWrites = {
        querySet,
        beginningOfPassWriteIndex: at,
        endOfPassWriteIndex: at + 1,
      };
      return { timestampWrites };
    },
    submit: (encoder) => {
      if (kernels.length === 0) return submit(encoder);
      const size = 8 * 2 * kernels.length;
      const usage = USAGE.queryResolve | USAGE.copySource;
      const buffer = gpu.createBuffer({ size, usage });
      encoder.resolveQuerySet(querySet, 0, 2 * kernels.length, buffer, 0);
      const submitted = performance.now();
      submit(encoder);
      line.waits.push(readTimes(engine, line, { kernels, buffer, submitted }));
      kernels = [];
    },
  };
}

type Submit = {
  readonly kernels: readonly (KernelReport | null)[];
  readonly buffer: GPUBuffer;
  readonly submitted: number;
};

/** Where the clocks of device and host meet: at a timeline's first submit. And its last kernel's end. */
type Clock = { readonly tick: bigint; readonly at: number; end: number };

const clocks = new WeakMap<Timeline, Clock>();

async function readTimes(
  engine: Engine,
  line: Timeline,
  { kernels, buffer, submitted }: Submit,
): Promise<void> {
  const earlier = line.waits.at(-1);
  const bytes = await engine.reader.read(buffer, buffer.size);
  buffer.destroy();
  const unit = await nanosecondsPerTick(engine) / 1e6;
  await earlier;
  const ticks = new BigUint64Array(bytes.buffer);
  const clock: Clock = clocks.get(line) ?? { tick: ticks[0]!, at: submitted, end: -Infinity };
  clocks.set(line, clock);
  const timeOf = (at: number): number => clock.at + unit * Number(ticks[at]! - clock.tick);
  kernels.forEach((kernel, i) => {
    if (!kernel) return;
    let last = i;
    while (kernels[last + 1] === null) last++;
    // Kernels without a need to wait may overlap; and a device may set its clock back.
    const start = Math.max(clock.end, timeOf(2 * i));
    const end = Math.max(start, timeOf(2 * last + 1));
    clock.end = end;
    line.kernels.push({ kernel, start, end, own: end - start });
  });
}

/** Without timestamps a whole submit is timed, as the host sees it. */
function watchSubmits({ device: { gpu }, submit }: Engine, line: Timeline): GpuWatch {
  line.notes.add(
    "the device has no timestamps: rows are whole submits, timed by the host with its waiting",
  );
  let kernels: KernelReport[] = [];
  return {
    pass: (kernel) => {
      if (kernel) kernels.push(kernel);
      return {};
    },
    submit: (encoder) => {
      const sum = (of: (kernel: KernelReport) => number): number =>
        kernels.reduce((sum, kernel) => sum + of(kernel), 0);
      const kernel = {
        name: `submit of ${kernels.length} ${kernels.length === 1 ? "kernel" : "kernels"}`,
        kind: "submit",
        flops: sum(({ flops }) => flops),
        bytes: sum(({ bytes }) => bytes),
      };
      kernels = [];
      const submitted = performance.now();
      submit(encoder);
      line.waits.push(
        gpu.queue.onSubmittedWorkDone().then(() => {
          // What was submitted before it had to be done first.
          const start = Math.max(submitted, line.kernels.at(-1)?.end ?? 0);
          const end = performance.now();
          line.kernels.push({ kernel, start, end, own: end - start });
        }),
      );
    },
  };
}
