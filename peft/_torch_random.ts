/**
 * PyTorch's random numbers on the CPU, for methods whose files keep a seed instead of what was drawn
 * with it: the Mersenne Twister MT19937 of Matsumoto & Nishimura 1998.
 */
export type TorchGenerator = { readonly next: () => number };

const SIZE = 624;
const SHIFT = 397;

/** The generator that `torch.Generator().manual_seed(seed)` is: `next` gives 32 random bits. */
export function torchGenerator(seed: number): TorchGenerator {
  const state = new Uint32Array(SIZE);
  state[0] = seed >>> 0;
  for (let i = 1; i < SIZE; i++) {
    const before = state[i - 1]!;
    state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
  }
  let at = SIZE;
  const refill = (): void => {
    for (let i = 0; i < SIZE; i++) {
      const bits = (state[i]! & 0x80000000) | (state[(i + 1) % SIZE]! & 0x7fffffff);
      const twisted = (bits >>> 1) ^ (bits & 1 ? 0x9908b0df : 0);
      state[i] = state[(i + SHIFT) % SIZE]! ^ twisted;
    }
    at = 0;
  };
  return {
    next: () => {
      if (at === SIZE) refill();
      let y = state[at++]!;
      y ^= y >>> 11;
      y ^= (y << 7) & 0x9d2c5680;
      y ^= (y << 15) & 0xefc60000;
      return (y ^ (y >>> 18)) >>> 0;
    },
  };
}

/** The first `count` entries of `torch.randperm(n)` with a generator of its own. */
export function torchRandperm(n: number, count: number, seed: number): Uint32Array {
  const { next } = torchGenerator(seed);
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  for (let i = 0; i < Math.min(count, n - 1); i++) {
    const j = i + next() % (n - i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order.slice(0, count);
}

/** A range of numbers, and how they are rounded to the dtype that they are drawn in. */
export type UniformRange = {
  readonly low: number;
  readonly high: number;
  /** float32 by default. */
  readonly round?: (value: number) => number;
};

/**
 * `count` numbers of `tensor.uniform_(low, high, generator=generator)`, of 24 random bits each. One
 * that is rounded up to `high`, which is no part of the range, becomes `low`.
 */
export function torchUniform(
  { next }: TorchGenerator,
  count: number,
  range: UniformRange,
): Float32Array<ArrayBuffer> {
  const { round = Math.fround } = range;
  const [from, to] = [round(range.low), round(range.high)];
  const low = Math.fround(range.low);
  const width = Math.fround(Math.fround(range.high) - low);
  return Float32Array.from({ length: count }, () => {
    const value = round(Math.fround((next() & 0xffffff) / 2 ** 24 * width + low));
    return value < to ? value : from;
  });
}
