import { assertEquals, assertThrows } from "@std/assert";
import { type Tree, zeros } from "../../mod.ts";
import {
  isTargeted,
  LORA_TARGETS,
  resolveTargets,
  selectModules,
  type TargetConfig,
} from "../../peft/mod.ts";

type Row = readonly [
  name: string,
  targets: string | readonly string[],
  layers: number | readonly number[] | null,
  pattern: string | readonly string[] | null,
  expected: boolean,
];

const CONFIG: TargetConfig = {
  target_modules: ["q"],
  exclude_modules: null,
  layers_to_transform: null,
  layers_pattern: null,
  modules_to_save: null,
  task_type: null,
};

const ROWS: readonly Row[] = [
  ["foo.bar.1.baz", ["baz"], [1], ["bar"], true],
  ["foo.bar.1.baz", ["baz"], [0], ["bar"], false],
  ["foo.bar.1.baz", ["baz"], 1, "bar", true],
  ["foo.bar.10.baz", ["baz"], [1], ["bar"], false],
  ["foo.bar.001.baz", ["baz"], [1], ["bar"], true],
  ["foo.whatever.1.baz", ["baz"], [1], "", true],
  ["foo.whatever.1.baz", ["baz"], [0], [], false],
  ["foo.whatever.1.baz", ["baz"], [], null, true],
  ["foo.bar.1.spam.2.baz", ["baz"], [1], ["bar"], true],
  ["foo.bar.2.spam.1.baz", ["baz"], [1], ["bar"], false],
  ["foo.bar.1.baz", ["baz"], [1], ["foo"], false],
  ["foo.bar.1.baz", ["baz"], [1], ["baz"], false],
  ["bar.1.baz", ["baz"], [1], ["bar"], true],
  ["foo.bar.1.baz", ["foo.bar.1.baz"], [0], ["bar"], true],
  ["transformer.h.1.attn.attention.q_proj.foo", ["q_proj"], null, null, false],
  ["", [], null, null, false],
  ["", ["foo"], null, null, false],
  ["foobar", ".*oba.*", null, null, true],
  ["foobar", "oba", null, null, false],
  ["foo", "fo.*", null, null, true],
  ["mlp.blocks.1.weight", ["weight"], [1], ["blocks"], true],
  ["mlp.blocks.1.bias", ["weight"], [1], ["blocks"], false],
];

for (const [name, target_modules, layers_to_transform, layers_pattern, expected] of ROWS) {
  const what = JSON.stringify([name, target_modules, layers_to_transform, layers_pattern]);
  Deno.test(`isTargeted: ${what} is ${expected}`, () => {
    const config = { ...CONFIG, target_modules, layers_to_transform, layers_pattern };
    assertEquals(isTargeted(name, config), expected);
  });
}

Deno.test("isTargeted: exclude_modules and modules_to_save take modules away", () => {
  assertEquals(isTargeted("h.0.q", { ...CONFIG, exclude_modules: ["0.q"] }), false);
  assertEquals(isTargeted("h.0.q", { ...CONFIG, exclude_modules: "h\\.1.*" }), true);
  assertEquals(isTargeted("h.0.q", { ...CONFIG, modules_to_save: ["0"] }), false);
});

const matrix = { weight: zeros([2, 2]) };
const PARAMS: Tree = {
  layers: [{ q: matrix, v: matrix, norm: { weight: zeros([2]) } }],
  wte: { weight: zeros([5, 2]) },
  lm_head: matrix,
  score: matrix,
};
const accepts = ["linear", "embedding"] as const;

Deno.test("resolveTargets: all-linear leaves heads and tables out", () => {
  const all = { ...CONFIG, target_modules: "all-linear", task_type: "SEQ_CLS" };
  assertEquals(resolveTargets(all, PARAMS).target_modules, ["layers.0.q", "layers.0.v"]);
});

Deno.test("resolveTargets: takes the defaults of the model, or says what is missing", () => {
  const open = { ...CONFIG, target_modules: null };
  const { target_modules } = resolveTargets(open, PARAMS, { model_type: "gpt2" });
  assertEquals(target_modules, LORA_TARGETS.gpt2!);
  assertThrows(() => resolveTargets(open, PARAMS), TypeError, "no model_type is given");
  assertThrows(
    () => resolveTargets(open, PARAMS, { model_type: "vit" }),
    TypeError,
    `no defaults for "vit"`,
  );
});

Deno.test("resolveTargets: refuses layer options that have no effect", () => {
  const regex = { ...CONFIG, target_modules: ".*q", layers_to_transform: [0] };
  assertThrows(() => resolveTargets(regex, PARAMS), TypeError, "Cannot use layers_to_transform");
  const pattern = { ...CONFIG, layers_pattern: "layers" };
  assertThrows(() => resolveTargets(pattern, PARAMS), TypeError, "Cannot use layers_pattern");
});

Deno.test("selectModules: a name that is no list, and a method without modules, are explained", () => {
  const select = (target_modules: string | readonly string[], layout: "linear" | "conv1d") => () =>
    selectModules(PARAMS, { ...CONFIG, target_modules }, { accepts: [layout] });
  assertThrows(select("q", "linear"), TypeError, 'names stand in a list: ["q"]');
  assertThrows(select(["wq"], "conv1d"), TypeError, "no modules of layout conv1d, which the");
});

Deno.test("selectModules: names what the model has when nothing matches", () => {
  assertThrows(
    () => selectModules(PARAMS, { ...CONFIG, target_modules: ["wq"] }, { accepts }),
    TypeError,
    `Cannot adapt target_modules ["wq"]: no such module; the model has "q", "v", "wte", "lm_head"`,
  );
  assertThrows(
    () => selectModules(PARAMS, { ...CONFIG, layers_to_transform: [7] }, { accepts }),
    TypeError,
    `leave none of 1 modules such as "layers.0.q"`,
  );
  assertThrows(
    () => selectModules(PARAMS, { ...CONFIG, target_modules: ["norm"] }, { accepts }),
    TypeError,
    `Cannot adapt the module "layers.0.norm"`,
  );
});
