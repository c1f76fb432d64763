import { assertEquals, assertThrows } from "@std/assert";
import { key } from "../../mod.ts";
import { adapterFromFiles, adapterToFiles, randlora } from "../../peft/mod.ts";
import { checkDeltas, LAYERS, rampAdapter } from "./_ramp.ts";

const FIELDS = { r: 3, randlora_alpha: 6, projection_prng_key: 5 };

Deno.test("randlora: changes layers as PEFT does, whichever side is smaller", async () => {
  await checkDeltas(rampAdapter("randlora", FIELDS), {
    q: [0.872722, 1.342956, -0.568916, -4.612175, -0.51238],
    k: [1.173174, 0.384432, 0.847021, 1.85821, 0.323066],
  });
});

Deno.test("randlora: sparse bases are those of PEFT", async () => {
  await checkDeltas(rampAdapter("randlora", { ...FIELDS, sparse: true }), {
    q: [2.853415, 0, -0.05006, 11.3636, -1.802157],
    k: [-1.001198, 0.500599, 0.901078, -6.457729, 0.916096],
  });
  await checkDeltas(rampAdapter("randlora", { ...FIELDS, very_sparse: true }), {
    q: [3.308124, 0, 0.174112, 7.138584, -4.573336],
    k: [-1.160745, 0.580373, 1.044671, -7.893068, 1.224586],
  });
});

Deno.test("randlora: leaves out the copies of the bases that PEFT saves with every module", () => {
  const { config, tensors } = adapterToFiles(rampAdapter("randlora", FIELDS));
  const shared = Object.entries(tensors).filter(([name]) => /randlora_[AB]$/.test(name));
  assertEquals(shared.map(([name]) => name), ["base_model.randlora_A", "base_model.randlora_B"]);
  const copies = shared.map(([name, x]) => [name.replace("base_model", "base_model.model.q"), x]);
  const doubled = { ...tensors, ...Object.fromEntries(copies) };
  const back = adapterToFiles(adapterFromFiles({ config, tensors: doubled }, LAYERS));
  assertEquals(Object.keys(back.tensors), Object.keys(tensors));
});

Deno.test("randlora: refuses ranks that cannot be", () => {
  const init = () => randlora.init(key(0), LAYERS, { target_modules: ["q"], r: 1.5 });
  assertThrows(init, RangeError, "Cannot use r 1.5: it must be a positive integer");
});
