import { assert } from "@std/assert";
import { vmap } from "../../autodiff/mod.ts";
import { type HostArray, isFloat, type Tensor } from "../../mod.ts";
import {
  application,
  close,
  cotangents,
  differentiable,
  type Flat,
  floatResults,
  operands,
  pullback,
  run,
} from "./functions.ts";
import type { Laws } from "./laws.ts";

/** What batching obeys. */
export const BATCH_LAWS: Laws = {
  "batching equals stacking": (primitive, one) => {
    if (one.avals.length === 0) return;
    requireBatched(application(primitive, one.params), operands(one), one.other);
  },

  "batching the pullback equals stacking": (primitive, one) => {
    if (differentiable(one).length === 0 || floatResults(primitive, one).length === 0) return;
    const cts = cotangents(primitive, one, 99);
    const other = one.other && [...one.other, ...cts.map(({ data }) => data.map((v) => -v))];
    requireBatched(pullback(primitive, one), [...operands(one), ...cts], other);
  },
};

/** Two rows at once are the two rows; all operands in the batch, or every other one. */
function requireBatched(
  f: Flat,
  inputs: readonly HostArray[],
  other: readonly Float64Array[] | undefined,
): void {
  const second = inputs.map((x, i) => ({ ...x, data: other?.[i] ?? secondRow(x) }));
  for (const which of [0, 1, 2]) {
    const batched = inputs.map((_, i) => which === 0 || i % 2 === which - 1);
    if (!batched.includes(true)) continue;
    const rows = [inputs, inputs.map((x, i) => batched[i] ? second[i]! : x)];
    const stacked = inputs.map((x, i) => {
      if (!batched[i]) return x;
      const data = Float64Array.from([...x.data, ...second[i]!.data]);
      return { ...x, shape: [2, ...x.shape], data };
    });
    const inAxes = batched.map((b) => b ? 0 : null);
    const mapped: Flat = (xs) => vmap((...ys: readonly Tensor[]) => f(ys), { inAxes })(...xs);
    const expected = rows.map((row) => run(f, row));
    run(mapped, stacked).forEach((y, i) => {
      const both = [...expected[0]![i]!.data, ...expected[1]![i]!.data];
      assert(close(y.data, both, 1e-12), `batch [${batched}]: ${y.data} is not ${both}`);
    });
  }
}

/** Others that are valid wherever these are: floats a little smaller, integers in reverse. */
function secondRow({ data, dtype }: HostArray): Float64Array {
  return isFloat(dtype) ? data.map((v) => 0.99 * v) : data.slice().reverse();
}
