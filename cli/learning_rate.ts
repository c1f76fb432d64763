import {
  adamw,
  chain,
  clipByGlobalNorm,
  type LearningRate,
  type Optimizer,
  warmupConstantSchedule,
  warmupCosineSchedule,
  warmupLinearSchedule,
} from "../optim/mod.ts";
import { UsageError } from "./errors.ts";

/** What the optimizer of a run depends on. */
export type OptimizerOptions = {
  readonly lr: number;
  /** How the rate goes on after the warmup. */
  readonly schedule: string;
  readonly warmup: number;
  /** Steps of the run, where they are known before it begins. */
  readonly steps: number | undefined;
  readonly weightDecay: number;
  readonly maxGradNorm: number | undefined;
};

/** Names of the schedules. */
export const SCHEDULES: readonly string[] = ["constant", "linear", "cosine"];

/** AdamW with the schedule and clipping asked for. Matrices decay, biases and norms do not. */
export function makeOptimizer(options: OptimizerOptions): Optimizer {
  const { weightDecay, maxGradNorm } = options;
  const step = adamw(makeSchedule(options), {
    weightDecay,
    decays: (_path, param) => param.shape.length > 1,
  });
  return maxGradNorm === undefined ? chain(step) : chain(clipByGlobalNorm(maxGradNorm), step);
}

function makeSchedule(options: OptimizerOptions): LearningRate {
  const { lr: peak, schedule, warmup, steps } = options;
  if (schedule === "constant") {
    return warmup === 0 ? peak : warmupConstantSchedule({ peak, warmup });
  }
  if (steps === undefined) {
    throw new UsageError(
      `Cannot use --schedule ${schedule} with --minutes alone: it needs --steps or --epochs`,
    );
  }
  if (warmup >= steps) {
    throw new UsageError(`Cannot use --warmup ${warmup}: the run has ${steps} steps`);
  }
  const make = schedule === "linear" ? warmupLinearSchedule : warmupCosineSchedule;
  return make({ peak, warmup, steps });
}
