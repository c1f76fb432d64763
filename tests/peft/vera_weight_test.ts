import { assertEquals, assertThrows } from "@std/assert";
import { applyWeight, dense, setDevice, sub, tensor, UnsupportedError } from "../../mod.ts";
import { veraWeight } from "../../peft/mod.ts";
import { ramp } from "./_ramp.ts";

setDevice("reference");

const FIELDS = {
  base: ramp([4, 3]),
  A: ramp([2, 3]),
  B: ramp([4, 2]),
  lambda_d: tensor([1, 2]),
  lambda_b: tensor([1, -1, 2, 0.5]),
};
const STATICS = { layout: "linear", dropout: 0 } as const;
const X = ramp([5, 3]);
const LINEAR = { kind: "linear", inAxis: 1 } as const;

Deno.test("veraWeight: the dense weight computes the same", async () => {
  const weight = veraWeight(FIELDS, STATICS);
  const difference = sub(applyWeight(weight, X, LINEAR), applyWeight(dense(weight), X, LINEAR));
  assertEquals(Math.max(...Array.from(await difference.data(), Math.abs)) < 1e-6, true);
});

Deno.test("veraWeight: a tied output layer keeps the base", async () => {
  const tied = applyWeight(veraWeight(FIELDS, STATICS), X, { kind: "unembed" });
  const base = applyWeight(FIELDS.base, X, { kind: "unembed" });
  assertEquals(await tied.data(), await base.data());
});

Deno.test("veraWeight: refuses to be a table", () => {
  const ids = tensor([0, 1], { dtype: "i32" });
  assertThrows(
    () => applyWeight(veraWeight(FIELDS, STATICS), ids, { kind: "lookup" }),
    UnsupportedError,
    `Cannot use a "vera" weight as lookup`,
  );
});
