import { type Profile, profile, type Tensor, type Tree } from "../core/mod.ts";
import type { Optimizer } from "../optim/mod.ts";
import { type Batch, type Dataset, type Position, shuffledBatches } from "./batches.ts";
import {
  lastCheckpoint,
  loadRunCheckpoint,
  saveRunCheckpoint,
  type Settings,
} from "./checkpoint.ts";
import { type Evaluation, evaluation } from "./evaluate.ts";
import { lockRun } from "./lock.ts";
import { openMetrics } from "./metrics.ts";
import { initTrainState, type Loss, type TrainState, trainStep } from "./step.ts";

/** What a run is made of. */
export type FinetuneOptions<P extends Tree, S extends Tree> = {
  /** Where training starts: an adapter, or a whole parameter tree. They are given up. */
  readonly params: P;
  readonly loss: Loss<P>;
  readonly optimizer: Optimizer<S>;
  readonly data: { readonly training: Dataset; readonly heldOut: Dataset };
  /** Of shuffling and dropout. */
  readonly key: Tensor;
  /** When to stop: after so many steps, or after so many seconds, whichever comes first. */
  readonly steps?: number;
  readonly seconds?: number;
  readonly batchSize: number;
  /** Batches whose gradients are averaged for one step; default 1. */
  readonly accumulate?: number;
  /** Steps between evaluations, with a checkpoint after each; default: only at the end. */
  readonly evalEvery?: number;
  /** Folder of metrics and checkpoints. */
  readonly out: string;
  /** What the numbers depend on; `--resume` compares it. */
  readonly settings: Settings;
  readonly resume?: boolean;
  /** Called before the first evaluation, when nothing stands in the way of the run. */
  readonly onStart?: () => void;
  readonly onProgress?: (progress: Progress) => void;
  /** Gets a profile of the second step: in the first there is tracing and compiling. */
  readonly onProfile?: (profile: Profile) => void | Promise<void>;
};

/** What is known after a step. The loss is that of the step before: waiting for it costs nothing. */
export type Progress = {
  readonly step: number;
  readonly loss: number;
  readonly tokensPerSecond: number;
  readonly elapsed: number;
  /** Part of the run that is done, 0 to 1. */
  readonly done: number;
  readonly evaluation?: Evaluation;
};

/** The trained parameters and how good they are. */
export type FinetuneResult<P extends Tree, S extends Tree = Tree> = {
  readonly params: P;
  /** The optimizer's last state. */
  readonly optimizer: S;
  readonly steps: number;
  readonly before: Evaluation;
  readonly after: Evaluation;
  readonly tokensPerSecond: number;
};

/**
 * Trains until the steps or the time are used up. Metrics go to `metrics.jsonl`, checkpoints to
 * `checkpoint-*`; a run that was killed goes on from the newest with `resume` and gives the numbers
 * that it would have given.
 *
 * @throws {Error} if another run uses the folder, the settings differ, or a loss is not finite
 */
export async function finetune<P extends Tree, S extends Tree>(
  options: FinetuneOptions<P, S>,
): Promise<FinetuneResult<P, S>> {
  const lock = await lockRun(options.out);
  try {
    return await run(options);
  } finally {
    lock.release();
  }
}

async function run<P extends Tree, S extends Tree>(
  options: FinetuneOptions<P, S>,
): Promise<FinetuneResult<P, S>> {
  const { loss, optimizer, data, key, batchSize, accumulate = 1, evalEvery, out } = options;
  const { steps = Infinity, seconds = Infinity } = options;
  const step = trainStep(loss, optimizer, { key });
  const evaluate = evaluation(loss, { batchSize });
  const start = await startOf(options);
  const metrics = await openMetrics(`${out}/metrics.jsonl`, start.step || undefined);
  let state: TrainState<P, S> = start.state;
  let position: Position = start.position;
  let count = start.step;
  options.onStart?.();
  const before = await evaluate(state.params, data.heldOut);
  if (count === 0) await metrics.write({ step: 0, eval_loss: before.loss });
  let last = before;
  let saved = count;
  // Once a step: replacing the only checkpoint would lose it to a kill at the wrong moment.
  const evaluateAndSave = async (): Promise<void> => {
    if (saved === count) return;
    last = await evaluate(state.params, data.heldOut);
    await metrics.write({ step: count, eval_loss: last.loss });
    await saveRunCheckpoint(out, { state, step: count, position, settings: options.settings });
    saved = count;
  };
  const batches = shuffledBatches(data.training, { key, batchSize, position });
  const clock = stopwatch();
  let pending: { step: number; loss: Tensor } | null = null;
  let known = NaN;
  const settled = async (): Promise<void> => {
    if (pending) known = await settle(pending, metrics.write);
    pending = null;
  };
  while (count < steps && clock.seconds() < seconds) {
    const group: Batch[] = [];
    for (let i = 0; i < accumulate; i++) {
      const { value } = await batches.next();
      group.push(value!.batch);
      position = value!.next;
    }
    const makeStep = () => step(state, group);
    const isProfiled = options.onProfile !== undefined && count === start.step + 1;
    const result = isProfiled
      ? await profiled(makeStep, options.onProfile!, clock.paused)
      : makeStep();
    state = result.state;
    count++;
    await settled();
    const previous = known;
    pending = { step: count, loss: result.loss };
    const isDue = evalEvery !== undefined && count % evalEvery === 0;
    if (isDue) {
      // Before a checkpoint the loss must be known: one that is not finite must not be saved.
      await settled();
      await clock.paused(evaluateAndSave);
    }
    const elapsed = clock.seconds();
    options.onProgress?.({
      step: count,
      loss: previous,
      tokensPerSecond: (count - start.step) * accumulate * batchSize * data.training.seqLen /
        elapsed,
      elapsed,
      done: Math.max(count / steps, elapsed / seconds),
      ...(isDue && { evaluation: last }),
    });
  }
  await settled();
  const made = (count - start.step) * accumulate * batchSize * data.training.seqLen;
  const tokensPerSecond = made / clock.seconds();
  await evaluateAndSave();
  const { params, optimizer: trained } = state;
  return { params, optimizer: trained, steps: count, before, after: last, tokensPerSecond };
}

type Start<P extends Tree, S extends Tree> = {
  readonly state: TrainState<P, S>;
  readonly step: number;
  readonly position: Position;
};

async function startOf<P extends Tree, S extends Tree>(
  options: FinetuneOptions<P, S>,
): Promise<Start<P, S>> {
  const made = options.resume ? null : await lastCheckpoint(options.out);
  if (made !== null) {
    throw new Error(
      `Cannot train into "${options.out}": it holds a run of ${made} steps; ` +
        `go on with --resume or use another --out`,
    );
  }
  const fresh = initTrainState(options.params, options.optimizer);
  const found = await loadRunCheckpoint(options.out, fresh, options.settings);
  return found ?? { state: fresh, step: 0, position: { epoch: 0, row: 0 } };
}

async function settle(
  pending: { readonly step: number; readonly loss: Tensor },
  write: (metric: { readonly step: number; readonly loss: number }) => Promise<void>,
): Promise<number> {
  const loss = await pending.loss.item();
  pending.loss.dispose();
  if (!Number.isFinite(loss)) {
    throw new RangeError(
      `Cannot go on training: the loss of step ${pending.step} is ${loss}; try a smaller --lr, ` +
        `a --warmup or --max-grad-norm 1; the checkpoints before it are kept`,
    );
  }
  await write({ step: pending.step, loss });
  return loss;
}

/** A step whose profile is handed over, which takes none of the run's time. */
async function profiled<T>(
  makeStep: () => T,
  use: (profile: Profile) => void | Promise<void>,
  paused: Stopwatch["paused"],
): Promise<T> {
  const result = await profile(makeStep);
  await paused(async () => await use(result));
  return result.value;
}

type Stopwatch = {
  readonly seconds: () => number;
  readonly paused: (f: () => Promise<void>) => Promise<void>;
};

/** Seconds since the start without the pauses. */
function stopwatch(): Stopwatch {
  const start = performance.now();
  let away = 0;
  return {
    seconds: () => (performance.now() - start - away) / 1000,
    paused: async (f) => {
      const began = performance.now();
      await f();
      away += performance.now() - began;
    },
  };
}
