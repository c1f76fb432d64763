/** Milliseconds on a monotone clock. */
export function now(): number {
  return performance.now();
}

/** The middle of a list, of an even one the upper of the two. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

/** Milliseconds of `f`, several times. */
export async function sample(times: number, f: () => void | Promise<void>): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < times; i++) {
    const start = now();
    await f();
    found.push(now() - start);
  }
  return found;
}
