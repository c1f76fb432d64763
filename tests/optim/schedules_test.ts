import "../../mod.ts";
import { assertAlmostEquals, assertThrows } from "@std/assert";
import { setDevice, tensor } from "../../mod.ts";
import {
  constantSchedule,
  cosineDecaySchedule,
  exponentialDecaySchedule,
  joinSchedules,
  linearSchedule,
  type Schedule,
  warmupConstantSchedule,
  warmupCosineSchedule,
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

Deno.test("schedules: refuse what has no meaning", () => {
  assertThrows(() => cosineDecaySchedule({ init: 1, steps: 0 }), RangeError, "over 0 steps");
  assertThrows(
    () => exponentialDecaySchedule({ init: 1, rate: 0.5, steps: -1 }),
    RangeError,
    "over -1 steps",
  );
  assertThrows(() => joinSchedules([constantSchedule(1)], [3]), RangeError, "at 1 boundaries");
});
