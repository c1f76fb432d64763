import { assert } from "@std/assert";
import { jvp } from "../../autodiff/mod.ts";
import { type HostArray, isFloat } from "../../mod.ts";
import {
  application,
  centralDifference,
  close,
  cotangents,
  curried,
  differentiable,
  directions,
  type Flat,
  floatResults,
  inner,
  operands,
  pullback,
  pushforward,
  run,
} from "./functions.ts";
import type { Laws } from "./laws.ts";

/** What derivatives obey, in f64. */
export const DERIVATIVE_LAWS: Laws = {
  "jvp agrees with central differences": (primitive, one) => {
    const f = application(primitive, one.params);
    const active = differentiable(one);
    if (active.length === 0) return;
    const by = directions(one, 77);
    const tangents = run(pushforward(f, one), [...operands(one), ...by]);
    const expected = centralDifference((xs) => run(f, xs), operands(one), active, by);
    requireClose("tangent", tangents, expected, 1e-6);
  },

  "the second derivative agrees with differences of the first": (primitive, one) => {
    const first = pushforward(application(primitive, one.params), one);
    const active = differentiable(one);
    if (active.length === 0) return;
    const by = directions(one, 77);
    const twice: Flat = (xs) => {
      const all = xs.slice(0, one.avals.length);
      const d = xs.slice(one.avals.length);
      const along = curried((ys) => first([...ys, ...d]), one, all);
      return jvp(along, [active.map((i) => all[i]!)], [d])[1];
    };
    const second = run(twice, [...operands(one), ...by]);
    const slope = (xs: readonly HostArray[]): HostArray[] => run(first, [...xs, ...by]);
    const expected = centralDifference(slope, operands(one), active, by);
    requireClose("second derivative", second, expected, 1e-5);
  },

  "transposition gives the adjoint": (primitive, one) => {
    const floats = floatResults(primitive, one);
    if (differentiable(one).length === 0 || floats.length === 0) return;
    const by = directions(one, 77);
    const cts = cotangents(primitive, one, 99);
    const pulled = run(pullback(primitive, one), [...operands(one), ...cts]);
    const f = application(primitive, one.params);
    const tangents = run(pushforward(f, one), [...operands(one), ...by]);
    requireAdjoint(inner(cts, floats.map((i) => tangents[i]!)), inner(by, pulled), 1e-8);
  },

  "the pullback agrees with central differences": (primitive, one) => {
    const active = differentiable(one);
    const floats = floatResults(primitive, one);
    if (active.length === 0 || floats.length === 0) return;
    const by = directions(one, 77);
    const cts = cotangents(primitive, one, 99);
    const pulled = run(pullback(primitive, one), [...operands(one), ...cts]);
    const f = application(primitive, one.params);
    const slopes = centralDifference((xs) => run(f, xs), operands(one), active, by);
    requireAdjoint(inner(cts, floats.map((i) => slopes[i]!)), inner(by, pulled), 1e-5);
  },

  "the derivative of the pullback agrees with differences of it": (primitive, one) => {
    const active = differentiable(one);
    if (active.length === 0 || floatResults(primitive, one).length === 0) return;
    const by = directions(one, 77);
    const cts = cotangents(primitive, one, 99);
    const inputs = [...operands(one), ...cts];
    const pull = pullback(primitive, one);
    const pushed: Flat = (xs) => {
      const all = xs.slice(0, inputs.length);
      const along = curried(pull, one, all);
      return jvp(along, [active.map((i) => all[i]!)], [xs.slice(inputs.length)])[1];
    };
    const tangents = run(pushed, [...inputs, ...by]);
    const expected = centralDifference((xs) => run(pull, xs), inputs, active, by);
    requireClose("derivative of the pullback", tangents, expected, 1e-5);
  },
};

function requireClose(
  what: string,
  actual: readonly HostArray[],
  expected: readonly HostArray[],
  tolerance: number,
): void {
  expected.forEach((e, i) => {
    if (!isFloat(e.dtype)) return;
    const { data } = actual[i]!;
    assert(close(data, e.data, tolerance), `${what} ${i}: ${data} is not ${e.data}`);
  });
}

function requireAdjoint(left: number, right: number, tolerance: number): void {
  const apart = Math.abs(left - right);
  assert(apart <= tolerance * (1 + Math.abs(left)), `<ct, J d> is ${left}, <J* ct, d> ${right}`);
}
