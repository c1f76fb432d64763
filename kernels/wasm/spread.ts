/**
 * The step by which tasks are numbered around a circle of `count` tiles, so that those done at the
 * same time are no neighbours: task i does tile (i · step) mod count. Threads that write side by side
 * in the same rows take the lines at the border from each other, and whole products run 20 % slower.
 * The step is the golden section of the circle, or the next that meets every tile.
 */
export function spreadOf(count: number): number {
  let step = Math.max(1, Math.round(count * 0.382));
  while (commonDivisor(step, count) > 1) step++;
  return step;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
