/** Milliseconds that a measured row of runs takes at least: waiting for the device is far shorter. */
const LEAST = 5;
/** Runs of a row at most. */
const MOST_RUNS = 4096;

/**
 * Milliseconds of one run. `run(n)` submits n runs and returns when the last has ended; `now` is a
 * monotone clock. The first run, which compiles, does not count.
 */
export function timeOf(
  run: (times: number) => void,
  now: () => number = () => performance.now(),
): number {
  run(1);
  for (let times = 1;; times *= 4) {
    const start = now();
    run(times);
    const spent = now() - start;
    if (spent >= LEAST || times >= MOST_RUNS) return spent / times;
  }
}
