const ROTATIONS = [[13, 15, 26, 6], [17, 29, 16, 24]] as const;
const PARITY = 0x1bd11bda;

/** Both words of the block of Threefry-2x32 for a key and a counter of two words. */
export function threefryHost(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
): readonly [number, number] {
  const schedule = [key0 | 0, key1 | 0, key0 ^ key1 ^ PARITY];
  let a = (counter0 + key0) | 0;
  let b = (counter1 + key1) | 0;
  for (let group = 0; group < 5; group++) {
    for (const turn of ROTATIONS[group % 2]!) {
      a = (a + b) | 0;
      b = a ^ ((b << turn) | (b >>> (32 - turn)));
    }
    a = (a + schedule[(group + 1) % 3]!) | 0;
    b = (b + schedule[(group + 2) % 3]! + group + 1) | 0;
  }
  return [a >>> 0, b >>> 0];
}
