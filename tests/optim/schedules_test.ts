import "../../mod.ts";
import { assertAlmostEquals, assertThrows } from "@std/assert";
import { setDevice, tensor } from "../../mod.ts";
import {
  constantSchedule,
  cosineDecaySchedule,
  cosineOnecycleSchedule,
  exponentialDecaySchedule,
  joinSchedules,
  linearOnecycleSchedule,
  linearSchedule,
  piecewiseConstantSchedule,
  piecewiseInterpolateSchedule,
  type Schedule,
  sgdrSchedule,
  warmupConstantSchedule,
  warmupCosineSchedule,
  warmupExponentialSchedule,
  warmupLinearSchedule,
} from "../../optim/mod.ts";

setDevice("reference");

async function expectRates(schedule: Schedule, expected: readonly number[]): Promise<void> {
  const steps = tensor(expected.map((_, i) => i), { dtype: "i32" });
  const rates = await schedule(steps).data();
  expected.forEach((rate, i) => assertAlmostEquals(rates[i]!, rate, 1e-6));
}

Deno.test("warmupLinearSchedule: up, then down to nothing", async () => {
  await expectRates(
    warmupLinearSchedule({ peak: 1, warmup: 2, steps: 6 }),
    [0, 0.5, 1, 0.75, 0.5, 0.25, 0, 0],
  );
});

Deno.test("warmupCosineSchedule and warmupConstantSchedule: up, then their own way", async () => {
  await expectRates(
    warmupCosineSchedule({ peak: 2, warmup: 1, steps: 3, end: 1 }),
    [0, 2, 1.5, 1, 1],
  );
  await expectRates(warmupConstantSchedule({ peak: 2, warmup: 2 }), [0, 1, 2, 2]);
});

Deno.test("linearSchedule: no steps is the first rate, as in optax", async () => {
  await expectRates(linearSchedule({ init: 3, end: 1, steps: 0 }), [3, 3]);
});

Deno.test("piecewiseConstantSchedule and piecewiseInterpolateSchedule: by jumps, or on the way", async () => {
  const scales = { 4: 0.5, 2: 2 };
  await expectRates(piecewiseConstantSchedule({ init: 1, scales }), [1, 1, 2, 2, 1, 1]);
  const linear = piecewiseInterpolateSchedule({ kind: "linear", init: 1, scales });
  await expectRates(linear, [1, 1.5, 2, 1.5, 1, 1]);
  const cosine = piecewiseInterpolateSchedule({ kind: "cosine", init: 1, scales: { 3: 0 } });
  await expectRates(cosine, [1, 0.75, 0.25, 0, 0]);
  await expectRates(piecewiseInterpolateSchedule({ kind: "linear", init: 3, scales: {} }), [3, 3]);
});

Deno.test("linearOnecycleSchedule and cosineOnecycleSchedule: up, down, and nearly out", async () => {
  const options = { steps: 4, peak: 1, pctStart: 0.5, divFactor: 2, finalDivFactor: 10 };
  await expectRates(
    linearOnecycleSchedule({ ...options, pctFinal: 0.75 }),
    [0.5, 0.75, 1, 0.5, 0.05, 0.05],
  );
  await expectRates(cosineOnecycleSchedule(options), [0.5, 0.75, 1, 0.525, 0.05, 0.05]);
});

Deno.test("sgdrSchedule and warmupExponentialSchedule: count from their own beginnings", async () => {
  const cycle = { peak: 1, warmup: 1, steps: 3 };
  await expectRates(sgdrSchedule([cycle, { ...cycle, peak: 2 }]), [0, 1, 0.5, 0, 2, 1, 0, 0]);
  const decay = warmupExponentialSchedule({ peak: 4, warmup: 2, rate: 0.5, steps: 1, end: 1 });
  await expectRates(decay, [0, 2, 4, 2, 1, 1]);
});

Deno.test("schedules: refuse what has no meaning", () => {
  assertThrows(() => cosineDecaySchedule({ init: 1, steps: 0 }), RangeError, "over 0 steps");
  assertThrows(
    () => exponentialDecaySchedule({ init: 1, rate: 0.5, steps: -1 }),
    RangeError,
    "over -1 steps",
  );
  const negative = { init: 1, scales: { 3: -1 } };
  assertThrows(() => piecewiseConstantSchedule(negative), RangeError, "by -1 at step 3");
  assertThrows(() => linearOnecycleSchedule({ steps: 0, peak: 1 }), RangeError, "of 0 steps");
  assertThrows(() => joinSchedules([constantSchedule(1)], [3]), RangeError, "at 1 boundaries");
});
