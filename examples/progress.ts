import { MultiBar, Presets } from "npm:cli-progress@3.12.0";
import type { Progress } from "../train/mod.ts";

/** A progress bar on standard error, with room for lines above it. */
export type ProgressBar = {
  readonly update: (progress: Progress) => void;
  readonly line: (text: string) => void;
  readonly stop: () => void;
};

/** A bar that shows the loss, tokens per second and the time left. */
export function progressBar(name: string): ProgressBar {
  const format =
    `${name} {bar} {percentage}% | step {step} | loss {loss} | {rate} tokens/s | {left}`;
  const bars = new MultiBar({
    format,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 15_000,
  }, Presets.shades_classic);
  const bar = bars.create(1000, 0, { step: 0, loss: "", rate: "", left: "" });
  return {
    update: (progress) => {
      const { step, loss, tokensPerSecond, elapsed, done } = progress;
      const left = done > 0 ? elapsed * (1 / done - 1) : 0;
      bar.update(Math.min(1000, Math.round(1000 * done)), {
        step,
        loss: Number.isFinite(loss) ? loss.toFixed(3) : "...",
        rate: tokensPerSecond.toFixed(0),
        left: `${Math.floor(left / 60)}:${String(Math.floor(left % 60)).padStart(2, "0")} left`,
      });
    },
    line: (text) => Deno.stderr.isTerminal() ? bars.log(`${text}\n`) : console.error(text),
    stop: () => bars.stop(),
  };
}
