import { assert, assertEquals } from "@std/assert";
import { colour, type Item, planSlots } from "../../kernels/webgpu/slots.ts";
import "../../mod.ts";

/** Numbers in [0, 1) that are the same in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1103515245 + 12345) & 0x7fffffff) / 0x80000000;
}

Deno.test("colour: what lives at once has slots of its own, what does not shares", () => {
  const next = random(3);
  const items = Array.from({ length: 200 }, (): Item => {
    const birth = Math.floor(next() * 50);
    return { bytes: Math.floor(next() * 1000), birth, death: birth + Math.floor(next() * 9) };
  });
  const { of, slots } = colour(items);
  items.forEach((a, i) => {
    assert(slots[of[i]!]! >= a.bytes);
    items.slice(i + 1).forEach((b, j) => {
      const apart = a.birth > b.death || b.birth > a.death;
      assert(apart || of[i] !== of[i + 1 + j]);
    });
  });
  assertEquals(slots, slots.toSorted((a, b) => b - a));
  const total = items.reduce((sum, { bytes }) => sum + bytes, 0);
  assert(slots.reduce((sum, bytes) => sum + bytes, 0) < total / 3);
});

Deno.test("planSlots: inputs, outputs, and workspaces behind all of them", () => {
  const live = { members: [], bytes: 8, birth: 0, death: 1 };
  const plan = planSlots([
    { ...live, home: { kind: "input", index: 1 } },
    { ...live, home: { kind: "temporary" } },
    { ...live, home: { kind: "output" } },
  ], [{ bytes: 16, birth: 2, death: 2 }]);
  assertEquals(plan.places, [
    { kind: "input", index: 1 },
    { kind: "slot", number: 0 },
    { kind: "output", bytes: 8 },
    { kind: "slot", number: 0 },
  ]);
  assertEquals(plan.slots, [16]);
});
