import "../../mod.ts";
import { assert, assertEquals } from "@std/assert";
import { grad, vmap } from "../../autodiff/mod.ts";
import {
  add,
  convert,
  type DType,
  evaluate,
  index,
  jit,
  mul,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  type Tree,
  treeCombine,
  treeEntries,
  treeLeaves,
  treeMap,
} from "../../mod.ts";
import { formatSafetensors, parseSafetensors } from "../../hub/mod.ts";
import * as optim from "../../optim/mod.ts";
import type { Optimizer, Schedule } from "../../optim/mod.ts";
import { OPTIMIZERS } from "./_table.ts";

/** A matrix, a vector, a scalar, and nesting: what the laws step. */
type Params = {
  readonly enc: { readonly w: Tensor; readonly b: Tensor };
  readonly head: readonly Tensor[];
};

/** Fresh handles each time, because some are donated. */
function begin(dtype: DType = "f32"): Params {
  const x = (values: number[] | number[][] | number): Tensor => convert(tensor(values), dtype);
  return {
    enc: { w: x([[1.5, -0.5, 0.25], [0.75, 2, -1.25]]), b: x([0.5, -1, 1.5]) },
    head: [x(2), x([[1], [0.5]])],
  };
}

const loss = (p: Params): Tensor =>
  treeLeaves(p).map((leaf, i) => sum(mul(i + 1, square(sub(leaf, 0.125)))))
    .reduce((a, b) => add(a, b));

type Step = { readonly params: Params; readonly state: Tree };

function stepOf(optimizer: Optimizer): (at: Step) => Step {
  return ({ params, state }) => {
    const [next, nextState] = optimizer.update(grad(loss)(params), state, params);
    return { params: next, state: nextState };
  };
}

function steps(optimizer: Optimizer, count: number, from?: Step): Step {
  const params = begin();
  let at: Step = from ?? { params, state: optimizer.init(params) };
  const step = jit(stepOf(optimizer));
  for (let i = 0; i < count; i++) at = step(at);
  return at;
}

const avals = (tree: Tree): string[] =>
  treeEntries(tree).map(([path, x]) => `${path}: ${x.dtype}[${x.shape}]`);

async function values(tree: Tree): Promise<number[]> {
  return (await Promise.all(treeLeaves(tree).map((x) => x.data()))).flatMap((x) => [...x]);
}

async function expectClose(actual: Tree, expected: Tree, tolerance: number): Promise<void> {
  const [found, wanted] = [await values(actual), await values(expected)];
  assertEquals(found.length, wanted.length);
  const far = found.findIndex((x, i) =>
    !(Math.abs(x - wanted[i]!) <= tolerance * (1 + Math.abs(wanted[i]!)))
  );
  assert(far < 0, `element ${far} is ${found[far]}, expected ${wanted[far]}`);
}

/** Exports that are no optimizers: what they are built with, and what reads their states. */
const PARTS = [
  "accumulator",
  "averagedParams",
  "biasCorrection",
  "chain",
  "descend",
  "firstStep",
  "globalNorm",
  "identity",
  "incrementalUpdate",
  "movingAverage",
  "orthogonalize",
  "rateAt",
  "scheduleFree",
  "scheduleFreeParams",
  "stateless",
  "unbias",
  "updateMoment",
  "widen",
];

Deno.test("the table has every optimizer and transformation", async () => {
  const table = await Deno.readTextFile(new URL("./_table.ts", import.meta.url));
  // A direction is stepped by its optimizer, and schedules have tests of their own.
  const missing = Object.keys(optim).filter((name) =>
    !/^scaleBy|Schedules?$/.test(name) && !PARTS.includes(name) &&
    !new RegExp(`optim\\.${name}\\b`).test(table)
  );
  assertEquals(missing, []);
});

for (const [name, row] of Object.entries(OPTIMIZERS)) {
  const make = (): Optimizer => row.make(row.lr);

  Deno.test(`${name}: jitted, donated steps are one program and equal those that are not`, async () => {
    const optimizer = make();
    let traces = 0;
    const step = stepOf(optimizer);
    const compiled = jit((at: Step) => (traces++, step(at)), { donate: [0] });
    let plain: Step = { params: begin(), state: optimizer.init(begin()) };
    const params = begin();
    let at: Step = { params, state: optimizer.init(params) };
    const before = [avals(at.params), avals(at.state)];
    for (let i = 0; i < 4; i++) {
      plain = step(plain);
      await evaluate(plain);
      at = compiled(at);
      assertEquals([avals(at.params), avals(at.state)], before);
    }
    assertEquals(traces, 1);
    await expectClose(at, plain, 2e-5);
  });

  Deno.test(`${name}: descends a parabola`, async () => {
    const before = await loss(begin()).item();
    const { params } = steps(make(), 16);
    const after = await loss(params).item();
    assert(row.rests ? after === before : after < 0.9 * before, `${before} to ${after}`);
  });

  Deno.test(`${name}: saving and restoring its state changes nothing`, async () => {
    const optimizer = make();
    const whole = steps(optimizer, 5);
    const half = steps(optimizer, 2);
    const bytes = await formatSafetensors(Object.fromEntries(treeEntries(half)));
    const params = begin();
    const like: Step = { params, state: optimizer.init(params) };
    const restored = treeCombine(like, parseSafetensors(bytes));
    const rest = steps(optimizer, 3, restored);
    assertEquals(await values(rest), await values(whole));
  });

  Deno.test(`${name}: computes in float32 for narrower parameters and rounds once`, async () => {
    for (const dtype of ["bf16", "f16"] as const) {
      const narrow = begin(dtype);
      const wide = treeMap((x) => convert(x, "f32"), narrow);
      const optimizer = make();
      const gradient = treeMap((x) => convert(convert(mul(0.7, x), dtype), "f32"), narrow);
      const grads = treeMap((x) => convert(x, dtype), gradient);
      const [next, state] = optimizer.update(grads, optimizer.init(narrow), narrow);
      const [exact, exactState] = optimizer.update(gradient, optimizer.init(wide), wide);
      assertEquals(avals(next), avals(narrow));
      assertEquals(avals(state), avals(exactState));
      assertEquals(avals(optimizer.init(narrow)), avals(exactState));
      const rounded = treeMap((x) => convert(x, dtype), exact);
      await expectClose(next, rounded, dtype === "bf16" ? 2 ** -8 : 2 ** -11);
    }
  });

  Deno.test(`${name}: steps a tree without leaves`, async () => {
    const optimizer = make();
    const [next, state] = optimizer.update({}, optimizer.init({}), {});
    assertEquals(next, {});
    await evaluate(state);
  });

  if (row.movesWithout === undefined) {
    Deno.test(`${name}: leaves parameters alone without gradients`, async () => {
      const optimizer = make();
      let params = begin();
      let state = optimizer.init(params);
      const zero = treeMap((x) => mul(0, x), params);
      for (let i = 0; i < 3; i++) [params, state] = optimizer.update(zero, state, params);
      // Where parameters are means, those of equal numbers round.
      await expectClose(params, begin(), 1e-6);
    });
  }

  if (row.isScaleFree) {
    Deno.test(`${name}: takes the same steps for gradients of any size`, async () => {
      const optimizer = make();
      const run = (size: number): Params => {
        let params = begin();
        let state = optimizer.init(params);
        for (let i = 0; i < 3; i++) {
          const grads = treeMap((g) => mul(size, g), grad(loss)(params));
          [params, state] = optimizer.update(grads, state, params);
        }
        return params;
      };
      await expectClose(run(1000), run(1), 1e-4);
    });
  }

  if (row.fixedRate === undefined) {
    Deno.test(`${name}: maps over learning rates`, async () => {
      const rates = [0.5 * row.lr, row.lr];
      const grads = treeMap((x) => mul(0.7, x), begin());
      const twoSteps = (lr: Tensor): Params => {
        const optimizer = row.make(lr);
        let params = begin();
        let state = optimizer.init(params);
        for (let i = 0; i < 2; i++) [params, state] = optimizer.update(grads, state, params);
        return params;
      };
      const mapped = vmap(twoSteps)(tensor(rates));
      for (const [i, rate] of rates.entries()) {
        await expectClose(treeMap((x) => index(x, [i]), mapped), twoSteps(tensor(rate)), 2e-5);
      }
    });

    Deno.test(`${name}: its schedule counts the steps`, async () => {
      const seen: Tensor[] = [];
      const watched: Schedule = (step) => {
        seen.push(step);
        return tensor(row.lr);
      };
      const optimizer = row.make(watched);
      let params = begin();
      let state = optimizer.init(params);
      const grads = treeMap((x) => mul(0.7, x), params);
      const counts = new Set<number>();
      for (let i = 0; i < 3; i++) {
        seen.length = 0;
        [params, state] = optimizer.update(grads, state, params);
        counts.add(Math.min(...await Promise.all(seen.map((step) => step.item()))));
      }
      // Two gradients make one step of `accumulate`.
      assertEquals([...counts], name === "accumulate" ? [0, 1] : [0, 1, 2]);
      // The same numbers as with the rate that the schedule gives.
      let [plain, plainState] = [begin(), row.make(row.lr).init(begin())];
      for (let i = 0; i < 3; i++) {
        [plain, plainState] = row.make(row.lr).update(grads, plainState, plain);
      }
      await expectClose(params, plain, 1e-5);
    });
  }
}
