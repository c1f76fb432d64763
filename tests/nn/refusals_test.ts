import { assertThrows } from "@std/assert";
import { setDevice, ShapeError, zeros } from "../../mod.ts";
import { attention, conv2d, layerNorm, mergeHeads, rmsNorm, splitHeads } from "../../nn/mod.ts";

setDevice("reference");

/** What does not fit, and what is said. */
const REFUSED: readonly [says: string, act: () => unknown][] = [
  [
    "Cannot attend [1, 2, 3, 4], [1, 2, 3, 5], [1, 2, 3, 4]: queries [B, H, T, K], keys",
    () =>
      attention({
        query: zeros([1, 2, 3, 4]),
        key: zeros([1, 2, 3, 5]),
        value: zeros([1, 2, 3, 4]),
      }),
  ],
  [
    "Cannot attend [1, 3, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4]",
    () =>
      attention({
        query: zeros([1, 3, 3, 4]),
        key: zeros([1, 2, 3, 4]),
        value: zeros([1, 2, 3, 4]),
      }),
  ],
  [
    "Cannot split [2, 3, 10] into 4 heads: three axes are needed, and a last side that 4 divides",
    () => splitHeads(zeros([2, 3, 10]), { heads: 4 }),
  ],
  [
    "Cannot merge the heads of [2, 3, 4]: four axes [B, H, T, K] are needed",
    () => mergeHeads(zeros([2, 3, 4])),
  ],
  [
    "Cannot normalize [2, 3] with parameters [4]: its last sides differ from theirs; pass the",
    () => layerNorm({ weight: zeros([4]), bias: zeros([4]) }, zeros([2, 3])),
  ],
  [
    "Cannot normalize [2, 3] with parameters [4]: its last sides differ",
    () => rmsNorm({ weight: zeros([4]) }, zeros([2, 3])),
  ],
  [
    "Cannot convolve [1, 3, 8] with [4, 3, 3, 3]: [B, C, H, W] and [O, C, KH, KW] are needed",
    () => conv2d({ weight: zeros([4, 3, 3, 3]) }, zeros([1, 3, 8])),
  ],
];

for (const [says, act] of REFUSED) {
  Deno.test(`nn: ${says}`, () => void assertThrows(act, ShapeError, says));
}
