import { assertEquals, assertThrows } from "@std/assert";
import { type Json, key, TreeError, zeros } from "../../mod.ts";
import { type AdapterFiles, adapterFromFiles, adapterToFiles, vera } from "../../peft/mod.ts";
import { checkDeltas, LAYERS, rampAdapter } from "./_ramp.ts";

const FIELDS = { r: 4, projection_prng_key: 3 };

/** The files of an adapter, with other fields and without the projections. */
const without = (fields: { readonly [field: string]: Json }): AdapterFiles => {
  const { config, tensors } = adapterToFiles(rampAdapter("vera", FIELDS));
  const own = Object.entries(tensors).filter(([name]) => !/vera_[AB]$/.test(name));
  return { config: { ...config, ...fields }, tensors: Object.fromEntries(own) };
};

const DIGESTS = {
  q: [0.034289, -0.075215, 0.024714, -0.233826, 0.109376],
  k: [0.034289, -0.075215, 0.024714, 2.40045, -0.09234],
} as const;

Deno.test("vera: changes layers as PEFT does, with projections from the seed", async () => {
  await checkDeltas(rampAdapter("vera", FIELDS), DIGESTS);
});

Deno.test("vera: files hold the projections, as large as the largest module", () => {
  const { tensors } = adapterToFiles(rampAdapter("vera", FIELDS));
  assertEquals(tensors["base_model.vera_A"]?.shape, [4, 12]);
  assertEquals(tensors["base_model.vera_B"]?.shape, [14, 4]);
});

Deno.test("vera: files without the projections draw them again", async () => {
  const files = without({ save_projection: false });
  const back = adapterFromFiles(files, LAYERS);
  await checkDeltas(back, DIGESTS);
  assertEquals(Object.keys(adapterToFiles(back).tensors), Object.keys(files.tensors));
});

Deno.test("vera: refuses files that lack the projections or have other ones", () => {
  const refuse = (files: AdapterFiles, text: string): void => {
    assertThrows(() => adapterFromFiles(files, LAYERS), TreeError, text);
  };
  refuse(without({}), `it has no "vera_A", which all of its modules use; set save_projection`);
  const { config, tensors } = adapterToFiles(rampAdapter("vera", FIELDS));
  const small = { ...tensors, "base_model.vera_B": zeros([8, 4]) };
  refuse({ config, tensors: small }, `"vera_B" is [8, 4] and the model needs [14, 4]`);
});

Deno.test("vera: refuses ranks and rates that cannot be", () => {
  const init = (fields: { readonly [field: string]: number }) => () =>
    vera.init(key(0), LAYERS, { target_modules: ["q"], ...fields });
  assertThrows(init({ r: 0 }), RangeError, "Cannot use r 0: it must be a positive integer");
  assertThrows(init({ vera_dropout: 1 }), RangeError, "Cannot use vera_dropout 1");
});
