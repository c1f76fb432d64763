import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Item, planArena } from "../../../kernels/wasm/arena.ts";
import { type Block, newHeap } from "../../../kernels/wasm/heap.ts";
import { UnsupportedError } from "../../../core/mod.ts";
import "../../../mod.ts";

/** Numbers in [0, 1) that are the same in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1103515245 + 12345) & 0x7fffffff) / 0x80000000;
}

Deno.test("newHeap: live blocks never overlap, and freed memory is used again", () => {
  const heap = newHeap();
  const next = random(1);
  const live: Block[] = [];
  for (let i = 0; i < 2000; i++) {
    if (live.length > 0 && next() < 0.5) {
      heap.free(live.splice(Math.floor(next() * live.length), 1)[0]!);
    } else live.push(heap.allocate(Math.floor(next() * 5000)));
    if (i % 100) continue;
    const sorted = [...live].sort((a, b) => a.address - b.address);
    sorted.slice(1).forEach((block, j) => {
      const before = sorted[j]!;
      assert(before.address + before.bytes + 64 <= block.address);
    });
  }
  for (const block of live) heap.free(block);
  const size = heap.bytes().length;
  heap.free(heap.allocate(size - 65536 - 128));
  assertEquals(heap.bytes().length, size);
});

Deno.test("newHeap: says what is live and what to try when it is full", () => {
  const heap = newHeap();
  heap.allocate(100);
  const { size } = heap.allocate(1000);
  const live = size + heap.allocate(100).size * 2;
  assertThrows(
    () => heap.allocate(2 ** 32),
    UnsupportedError,
    `Cannot allocate 4294968640 bytes on the cpu: 3 buffers of ${live} bytes are live and the ` +
      "memory ends at 4 GiB; try smaller batches or gradient accumulation, donate arguments of " +
      "jit, or free values with scope or dispose",
  );
});

Deno.test("planArena: what lives at once never overlaps, what does not shares", () => {
  const next = random(2);
  const items = Array.from({ length: 200 }, (_, id): Item => {
    const birth = Math.floor(next() * 50);
    return { id, bytes: Math.floor(next() * 1000), birth, death: birth + Math.floor(next() * 9) };
  });
  const { offsets, bytes } = planArena(items);
  for (const a of items) {
    for (const b of items) {
      if (a.id >= b.id || a.birth > b.death || b.birth > a.death) continue;
      const [p, q] = [offsets.get(a.id)!, offsets.get(b.id)!];
      assert(p + a.bytes <= q || q + b.bytes <= p);
    }
  }
  assert(bytes < items.reduce((sum, item) => sum + item.bytes, 0));
});
