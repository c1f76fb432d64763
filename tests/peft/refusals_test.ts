import { assertThrows } from "@std/assert";
import { key, setDevice, zeros } from "../../mod.ts";
import { combineAdapters, lora, methodOf } from "../../peft/mod.ts";

setDevice("reference");

const PARAMS = { q: { weight: zeros([8, 12]) }, conv: { weight: zeros([4, 2, 3, 3]) } };

const adapterOf = (fields: Record<string, unknown>) =>
  lora.init(key(0), PARAMS, { r: 2, target_modules: ["q"], ...fields });

const init = (method: string, fields: Record<string, unknown>) => () => {
  const options: { readonly [field: string]: unknown } = { target_modules: ["q"], ...fields };
  return methodOf(method).init(key(0), PARAMS, options);
};

const [two, three] = [adapterOf({}), adapterOf({ r: 3 })];

/** What cannot be, and what is said. */
const REFUSED: readonly [says: string, act: () => unknown][] = [
  [
    'Cannot use init_lora_weights "magic": it is true',
    init("lora", { init_lora_weights: "magic" }),
  ],
  [
    'Cannot use init_lora_weights "orthogonal" with r 3: half of the directions',
    init("lora", { r: 3, init_lora_weights: "orthogonal" }),
  ],
  [
    'Cannot start a convolution "conv" from "pissa": use true, false or "gaussian"',
    init("lora", { target_modules: ["conv"], init_lora_weights: "pissa" }),
  ],
  ["Cannot use 2 butterfly factors: there is one", init("boft", { boft_n_butterfly_factor: 2 })],
  [
    'Cannot cut the 12 inputs of "q" into blocks of 5: it is no divisor; change boft_block_size',
    init("boft", { boft_block_size: 5 }),
  ],
  [
    'Cannot cut the 12 inputs of "q" into blocks of 5: it is no divisor; change r or oft_block',
    init("oft", { oft_block_size: 5 }),
  ],
  ["Cannot use coft or block_share", init("oft", { oft_block_size: 4, coft: true })],
  ["Cannot start 3 reflections in pairs: use an even r", init("hra", { r: 3 })],
  ['Cannot use init_weights "bat": the variants of MiSS', init("miss", { init_weights: "bat" })],
  [
    "Cannot choose target_modules: no model_type is given; give target_modules, such as",
    () => lora.init(key(0), PARAMS, { r: 2 }),
  ],
  [
    'Cannot choose target_modules: there are no defaults for "gpt9"',
    () => lora.init(key(0), PARAMS, { r: 2, model_type: "gpt9" }),
  ],
  ["Cannot combine 2 adapters with 1 weights", () => combineAdapters([two, two], [1])],
  [
    'Cannot combine adapters of ranks 2 and 3 by "linear" in "q": factors must have equal ranks',
    () => combineAdapters([two, three], [1, 1], { combination_type: "linear" }),
  ],
  [
    'Cannot combine by "ties" with density undefined: it is the share that is kept, in (0, 1]',
    () => combineAdapters([two, two], [1, 1], { combination_type: "ties" }),
  ],
  [
    "Cannot combine adapters with use_dora, lora_bias, trained biases or modules_to_save",
    () => combineAdapters([two, adapterOf({ use_dora: true })], [1, 1]),
  ],
  [
    "Cannot combine adapters whose target_modules are lists and expressions",
    () => combineAdapters([two, adapterOf({ target_modules: "q" })], [1, 1]),
  ],
  [
    "Cannot prune at random: there is no key; pass { key }",
    () => combineAdapters([two, two], [1, 1], { combination_type: "dare_linear", density: 0.5 }),
  ],
];

for (const [says, act] of REFUSED) {
  Deno.test(`peft: ${says}`, () => void assertThrows(act, Error, says));
}
