import { assertEquals, assertThrows } from "@std/assert";
import { key, tensor, TreeError, zeros } from "../../mod.ts";
import { adapterFromFiles, adapterToFiles, vblora } from "../../peft/mod.ts";
import { checkDeltas, LAYERS, rampAdapter } from "./_ramp.ts";

const FIELDS = { r: 2, num_vectors: 6, vector_length: 2, topk: 2 };
const DIGESTS = {
  q: [0.026182, 0.023172, 0.009814, 0.335792, -0.216682],
  k: [0.020566, 0.059412, 0.010897, 0.150916, -0.220681],
} as const;

Deno.test("vblora: changes layers as PEFT does", async () => {
  await checkDeltas(rampAdapter("vblora", FIELDS), DIGESTS);
});

Deno.test("vblora: the bank is trained and in the file once", () => {
  const { tensors } = adapterToFiles(rampAdapter("vblora", FIELDS));
  const banks = Object.keys(tensors).filter((name) => name.includes("bank"));
  assertEquals(banks, ["base_model.vblora_vector_bank"]);
});

Deno.test("vblora: files with the weights of the chosen vectors alone are those of PEFT", async () => {
  const files = adapterToFiles(rampAdapter("vblora", { ...FIELDS, save_only_topk_weights: true }));
  const logits = "base_model.model.q.vblora_logits_A";
  const ids = files.tensors[`${logits}_topk_indices`]!;
  assertEquals([ids.dtype, ids.shape], ["u8", [2, 6, 2]]);
  assertEquals([...await ids.data()].slice(0, 6), [3, 1, 0, 3, 2, 5]);
  const weights = files.tensors[`${logits}_topk_weights`]!;
  assertEquals(weights.shape, [2, 6, 1]);
  assertEquals((await weights.data())[0]!.toFixed(6), "0.574443");
  await checkDeltas(adapterFromFiles(files, LAYERS), DIGESTS);
});

Deno.test("vblora: refuses files that are not whole", () => {
  const files = adapterToFiles(rampAdapter("vblora", FIELDS));
  const { "base_model.vblora_vector_bank": _bank, ...rest } = files.tensors;
  assertThrows(
    () => adapterFromFiles({ ...files, tensors: rest }, LAYERS),
    TreeError,
    `it has no "vblora_vector_bank", which all of its modules use`,
  );
  const alone = {
    ...files.tensors,
    "base_model.model.q.vblora_logits_A_topk_indices": zeros([2, 6, 2], { dtype: "u8" }),
  };
  assertThrows(
    () => adapterFromFiles({ ...files, tensors: alone }, LAYERS),
    TreeError,
    `it has "q.vblora_logits_A_topk_indices" and no "q.vblora_logits_A_topk_weights"`,
  );
  const integers = {
    ...files.tensors,
    "base_model.vblora_vector_bank": tensor([1], { dtype: "i32" }),
  };
  assertThrows(
    () => adapterFromFiles({ ...files, tensors: integers }, LAYERS),
    TreeError,
    "is i32",
  );
});

Deno.test("vblora: refuses sizes that cannot be", () => {
  const init = (fields: { readonly [field: string]: number }) => () =>
    vblora.init(key(0), LAYERS, { target_modules: ["q"], ...FIELDS, ...fields });
  assertThrows(init({ topk: 7 }), RangeError, "Cannot use topk 7");
  assertThrows(
    init({ vector_length: 5 }),
    RangeError,
    `Cannot use vector_length 5 for "q": it does not divide [8, 12]`,
  );
});
