import { assert, assertEquals } from "@std/assert";
import { candidates, chooseTuning } from "../../kernels/webgpu/product/choose.ts";
import { timeOf } from "../../kernels/webgpu/product/measure.ts";
import { tunings } from "../../kernels/webgpu/product/tune.ts";
import { invocationsOf, memoryOf, type Tuning } from "../../kernels/webgpu/product/tuning.ts";
import { printProductKernels } from "../../kernels/webgpu/wgsl/mod.ts";
import { BASELINE, product, type Sizes, TURNS } from "./_product_cases.ts";

/** Shapes of a GPT-2 124M LoRA step and of decoding. */
const SHAPES: readonly Sizes[] = [
  [1, 4096, 2304, 768],
  [1, 4096, 50257, 768],
  [1, 4096, 8, 768],
  [1, 8, 768, 4096],
  [96, 512, 512, 64],
  [96, 64, 512, 512],
  [1, 1, 768, 3072],
  [1, 64, 64, 8192],
  [1, 20, 30, 40],
  [1000, 4, 4, 4],
];

Deno.test("chooseTuning: within the limits, only few rows are thin, and only tiny ones single", () => {
  for (const workgroupBytes of [16384, 32768, 65536]) {
    const limits = { ...BASELINE, workgroupBytes };
    for (const turned of TURNS) {
      for (const sizes of SHAPES) {
        const ir = product(sizes, turned);
        const chosen = chooseTuning(ir, limits);
        const isTiny = ir.m * ir.n * ir.k <= 512;
        assertEquals(chosen.kind === "single", isTiny);
        assertEquals(chosen.kind === "thin", !isTiny && Math.min(ir.m, ir.n) <= 8);
        for (const tuning of candidates(ir, limits)) {
          if (tuning.kind !== "tiles") continue;
          assert(memoryOf(tuning) <= workgroupBytes);
          assert(invocationsOf(tuning) <= limits.invocations);
        }
      }
    }
  }
});

Deno.test("chooseTuning: large products get large tiles, long sums of small ones are split", () => {
  const [large, small] = [product(SHAPES[0]!, TURNS[0]), product(SHAPES[7]!, TURNS[0])];
  const tiles = chooseTuning(large, BASELINE);
  assert(tiles.kind === "tiles" && tiles.tileM === 128 && tiles.tileN === 128);
  assertEquals(tiles.splits, 1);
  assert(chooseTuning(small, BASELINE).splits > 1);
  assertEquals(chooseTuning(small, { ...BASELINE, isSoftware: true }).splits, 1);
});

Deno.test("printProductKernels: at most three buffers, and no more workgroups than sums", () => {
  for (const sizes of SHAPES) {
    const ir = product(sizes, TURNS[1]);
    const { kernels } = printProductKernels(ir, chooseTuning(ir, BASELINE), (buffer) => buffer);
    for (const { bindings, groups } of kernels) {
      assert(bindings.length <= 3);
      assert(groups > 0 && groups <= ir.batch * ir.m * ir.n);
    }
  }
});

Deno.test("tunings: measures a class of shapes once, and finds it again in the store", () => {
  let text: string | null = null;
  const store = { read: () => text, write: (next: string) => void (text = next) };
  const ir = product([1, 512, 512, 512], TURNS[0]);
  const all = candidates(ir, BASELINE);
  let count = 0;
  const measure = (tuning: Tuning): number => {
    count++;
    return tuning === all.at(-1) ? 1 : 2;
  };
  const first = tunings(BASELINE, store);
  assertEquals(first.of(ir), chooseTuning(ir, BASELINE));
  assertEquals(count, 0);
  const { length } = all;
  assertEquals(first.of(ir, measure).kind, "tiles");
  assertEquals(count, 3 * length);
  first.of(product([1, 500, 400, 260], TURNS[0]), measure);
  assertEquals(count, 3 * length);
  const again = tunings(BASELINE, store);
  assertEquals(again.of(ir), first.of(ir));
  assertEquals(tunings({ ...BASELINE, name: "other" }, store).of(ir), chooseTuning(ir, BASELINE));
});

Deno.test("tunings: a damaged store counts as empty", () => {
  const ir = product([1, 64, 64, 64], TURNS[0]);
  for (const text of ["", "[", "7", '{"test": {"x": 3}}', '{"test": 1}']) {
    const found = tunings(BASELINE, { read: () => text, write: () => {} }).of(ir);
    assertEquals(found, chooseTuning(ir, BASELINE));
  }
});

Deno.test("timeOf: repeats short runs until the clock can tell them, without the first", () => {
  let [clock, first] = [0, true];
  const ms = timeOf((times) => {
    clock += first ? 1000 : 0.25 * times;
    first = false;
  }, () => clock);
  assertEquals(ms, 0.25);
});
