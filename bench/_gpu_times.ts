import { jit, slice, type Tensor, treeLeaves } from "../core/mod.ts";
import type { Kernel } from "./_gpu_kernels.ts";
import { median, now } from "./_stats.ts";

/** Milliseconds of a call of a kernel, the device's alone. */
export function timeOfKernel({ f, inputs }: Kernel, rounds: number): Promise<number> {
  const compiled = jit((...xs: Tensor[]) => f(...xs));
  return timeOf(() => treeLeaves(compiled(...inputs)), rounds);
}

/** Milliseconds of one call of `f`: the difference of a long and a short row, each read once. */
async function timeOf(f: () => readonly Tensor[], rounds: number): Promise<number> {
  const row = async (times: number): Promise<number> => {
    const start = now();
    for (let i = 1; i < times; i++) disposeAll(f());
    const last = f();
    await waitFor(last[0]!);
    disposeAll(last);
    return now() - start;
  };
  await row(1);
  const once = await row(1);
  const times = Math.max(2, Math.min(200, Math.ceil(200 / Math.max(once, 0.5))));
  const found: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const short = await row(1);
    found.push(Math.max(1e-3, (await row(times + 1) - short) / times));
  }
  return median(found);
}

function disposeAll(xs: readonly Tensor[]): void {
  for (const x of new Set(xs)) x.dispose();
}

/** Waits until a tensor is computed, by reading one element of it. */
async function waitFor(x: Tensor): Promise<void> {
  const one = slice(x, { start: x.shape.map(() => 0), stop: x.shape.map(() => 1) });
  await one.data();
  one.dispose();
}
