import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  convert,
  index,
  key,
  mean,
  mul,
  square,
  sum,
  type Tensor,
  TreeError,
  treeLeaves,
  treePaths,
  UnsupportedError,
  zeros,
} from "../../mod.ts";
import { valueAndGrad } from "../../autodiff/mod.ts";
import { linear } from "../../nn/mod.ts";
import { type Adapter, adapterFromFiles, adapterToFiles, graft, shira } from "../../peft/mod.ts";
import { checkDeltas, LAYERS, ramp, rampAdapter } from "./_ramp.ts";

const FIELDS = { r: 2, target_modules: ["q"] };
const INDICES = "base_model.model.q.shira_indices";

Deno.test("shira: chooses the entries that PEFT does, by a seed and without one", async () => {
  const seeded = adapterToFiles(rampAdapter("shira", { ...FIELDS, random_seed: 5 }));
  const indices = await seeded.tensors[INDICES]!.data();
  assertEquals([...indices].slice(0, 8), [0, 0, 0, 0, 1, 1, 1, 1]);
  assertEquals([...indices].slice(40, 48), [1, 3, 4, 6, 0, 3, 5, 7]);
  const plain = await adapterToFiles(rampAdapter("shira", FIELDS)).tensors[INDICES]!.data();
  assertEquals([...plain].slice(40, 48), [1, 6, 9, 10, 1, 3, 7, 9]);
});

Deno.test("shira: changes layers as PEFT does", async () => {
  await checkDeltas(rampAdapter("shira", FIELDS), { q: [0, -0.5, 0, 0.2, 0.46] });
  const seeded = rampAdapter("shira", { ...FIELDS, random_seed: 5 });
  await checkDeltas(seeded, { q: [0, -0.5, 0, 0.2, -0.49] });
});

Deno.test("shira: has the loss and the gradients that PEFT has", async () => {
  const adapter = rampAdapter("shira", { ...FIELDS, random_seed: 5 });
  const loss = (a: Adapter): Tensor => mean(square(linear(graft(LAYERS, a).q, ramp([3, 12]))));
  const { value, grad } = valueAndGrad(loss)(adapter);
  const [g] = treeLeaves(grad) as [Tensor];
  const found = [value, ...[0, 1, 2].map((i) => index(g, [i])), sum(mul(g, ramp(g.shape)))];
  const numbers = await Promise.all(found.map((x) => x.item()));
  const expected = [0.393338, -0.018917, 0.066, -0.01025, 0.090875];
  numbers.forEach((x, i) => assertAlmostEquals(x, expected[i]!, 2e-6));
});

Deno.test("shira: indices are no leaves, and come from the file", async () => {
  const adapter = rampAdapter("shira", { ...FIELDS, random_seed: 5 });
  assertEquals(treePaths(adapter), ["modules.q.shira_weight"]);
  const { config, tensors } = adapterToFiles(adapter);
  const read = adapterFromFiles({ config: { ...config, random_seed: 6 }, tensors }, LAYERS);
  await checkDeltas(read, { q: [0, -0.5, 0, 0.2, -0.49] });
  const floats = { ...tensors, [INDICES]: convert(tensors[INDICES]!, "f32") };
  const windows = adapterFromFiles({ config, tensors: floats }, LAYERS);
  await checkDeltas(windows, { q: [0, -0.5, 0, 0.2, -0.49] });
});

Deno.test("shira: refuses what cannot be", () => {
  const init = (fields: { readonly [field: string]: number | string }) => () =>
    shira.init(key(0), LAYERS, { target_modules: ["q"], r: 2, ...fields });
  assertThrows(
    init({ r: 5 }),
    RangeError,
    `Cannot train 100 entries of "q", which is [8, 12]: it has fewer`,
  );
  assertThrows(init({ random_seed: 0.5 }), RangeError, "Cannot use random_seed 0.5");
  assertThrows(
    init({ mask_type: "magnitude" }),
    UnsupportedError,
    `Cannot choose entries by mask_type "magnitude"`,
  );
  const { config, tensors } = adapterToFiles(rampAdapter("shira", FIELDS));
  const short = { ...tensors, [INDICES]: zeros([2, 3], { dtype: "i32" }) };
  assertThrows(
    () => adapterFromFiles({ config, tensors: short }, LAYERS),
    TreeError,
    `"q.shira_indices" is [2, 3] and the model needs [2, 40]`,
  );
});
