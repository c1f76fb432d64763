import { assertThrows } from "@std/assert";
import { mul, ShapeError, sum, type Tensor, tensor, TreeError } from "../../core/mod.ts";
import {
  associativeScan,
  cond,
  customJvp,
  customVjp,
  jvp,
  linearTranspose,
  scan,
  switchCase,
  valueAndGrad,
  whileLoop,
} from "../../autodiff/mod.ts";
import { f64 } from "./_close.ts";

const square = (x: Tensor): Tensor => mul(x, x);

Deno.test("jvp: tangents are checked against the primals", () => {
  assertThrows(() => jvp(square, [f64(1)], [f64([1])]), ShapeError, "the primal is f64[]");
  const list = [[f64(1)]] as unknown as [Tensor];
  assertThrows(() => jvp(square, [f64(1)], list), TreeError, "tangent 0 has not the structure");
});

Deno.test("linearTranspose: cotangents are checked", () => {
  const pull = linearTranspose((x: Tensor) => sum(x), [f64([1])]);
  assertThrows(() => pull([] as unknown as Tensor), TreeError, "structure");
});

Deno.test("valueAndGrad: hasAux needs a pair", () => {
  const f = square as unknown as (x: Tensor) => readonly [Tensor, Tensor];
  assertThrows(() => valueAndGrad(f, { hasAux: true })(f64(1)), TypeError, "return [loss, aux]");
});

Deno.test("customVjp: rules are checked", () => {
  const other = customVjp(
    square,
    ((x: Tensor) => [[x], null]) as never,
    ((_: null, ct: Tensor) => [ct]) as never,
  ) as (x: Tensor) => Tensor;
  assertThrows(() => other(f64(1)), TreeError, "the result of the forward rule has another");
  const wide = customVjp(
    square,
    (x: Tensor) => [square(x), null],
    () => [f64([1, 2])],
  );
  assertThrows(() => wide(f64(1)), ShapeError, "cotangent 0 of the backward rule is f64[2]");
});

Deno.test("customJvp: rules are checked", () => {
  const short = customJvp(square, (([x]: [Tensor]) => [x, [x]]) as never) as typeof square;
  assertThrows(() => short(f64(1)), TreeError, "must return [result, tangent]");
  const wide = customJvp(square, ([x]) => [x, f64([1, 2])]);
  assertThrows(() => wide(f64(1)), ShapeError, "returns f64[2] where f64[] belongs");
});

Deno.test("scan: a step must return a pair", () => {
  const step = ((c: Tensor) => c) as unknown as (c: Tensor) => [Tensor, null];
  assertThrows(() => scan(step, f64(1), null, { length: 1 }), TypeError, "must return [carry, y]");
});

Deno.test("cond and switchCase: choose by a scalar among branches alike", () => {
  const pred = tensor([true, false]);
  assertThrows(() => cond(pred, square, square, f64(1)), ShapeError, "must be a scalar");
  const tree = ((x: Tensor) => [x]) as unknown as typeof square;
  assertThrows(() => cond(tensor(true), square, tree, f64(1)), TreeError, "different structure");
  assertThrows(
    () => switchCase(tensor(0), [] as (typeof square)[], f64(1)),
    RangeError,
    "no branch",
  );
});

Deno.test("whileLoop: the test must be a bool scalar", () => {
  assertThrows(() => whileLoop((x: Tensor) => x, square, f64(1)), ShapeError, "while f64[]");
});

Deno.test("associativeScan: sides must agree", () => {
  const first = (a: readonly Tensor[]): readonly Tensor[] => a;
  assertThrows(() => associativeScan(first, [f64([1]), f64([1, 2])]), ShapeError, "sides 1 and 2");
});
