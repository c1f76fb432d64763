import { assert } from "@std/assert";
import fc from "fast-check";
import { jvp, vjp, vmap } from "../../autodiff/mod.ts";
import {
  allPrimitives,
  type AnyPrimitive,
  bind,
  type HostArray,
  isFloat,
  sizeOf,
  type Tensor,
  traceClosed,
} from "../../mod.ts";
import { runGraph } from "../../kernels/reference.ts";
import { type Case, fill } from "./case.ts";
import { GENERATORS } from "./generators.ts";

type Flat = (xs: readonly Tensor[]) => readonly Tensor[];

const RUNS = { numRuns: 12, seed: Number(Deno.env.get("GRAFT_SEED") ?? 1) };

/** The results of a function on host arrays, by the primitives' own meaning. */
function run(f: Flat, inputs: readonly HostArray[]): HostArray[] {
  const avals = inputs.map(({ shape, dtype }) => ({ shape, dtype }));
  return runGraph(traceClosed(f, avals), inputs);
}

function operands({ avals, values }: Case): HostArray[] {
  return avals.map((aval, i) => ({ ...aval, data: values[i]! }));
}

function application(primitive: AnyPrimitive, params: unknown): Flat {
  return (xs) => bind(primitive, xs, params);
}

/** Positions of operands that have tangents. */
function differentiable(one: Case): number[] {
  return one.avals.flatMap((aval, i) => isFloat(aval.dtype) ? [i] : []);
}

/** A direction for every differentiable operand. */
function directions(one: Case, seed: number): HostArray[] {
  return differentiable(one).map((i) => {
    const aval = one.avals[i]!;
    return { ...aval, data: fill(aval, { low: -1, high: 1 }, seed + i) };
  });
}

/** f as a function of its differentiable operands alone. */
function curried(f: Flat, one: Case, all: readonly Tensor[]): Flat {
  const active = differentiable(one);
  return (xs) => f(all.map((x, i) => active.includes(i) ? xs[active.indexOf(i)]! : x));
}

/** Tangents of f at the operands in these directions, as a function of both. */
function pushforward(f: Flat, one: Case): Flat {
  const count = one.avals.length;
  return (xs) => {
    const all = xs.slice(0, count);
    const active = differentiable(one).map((i) => all[i]!);
    return jvp(curried(f, one, all), [active], [xs.slice(count)])[1];
  };
}

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): boolean {
  for (let i = 0; i < expected.length; i++) {
    const scale = 1 + Math.abs(expected[i]!);
    if (!(Math.abs(actual[i]! - expected[i]!) <= tolerance * scale)) return false;
  }
  return actual.length === expected.length;
}

function moved(
  inputs: readonly HostArray[],
  active: readonly number[],
  by: readonly HostArray[],
  h: number,
): HostArray[] {
  return inputs.map((x, i) => {
    const at = active.indexOf(i);
    return at < 0 ? x : { ...x, data: x.data.map((v, j) => v + h * by[at]!.data[j]!) };
  });
}

/** (f(x + h d) - f(x - h d)) / 2h, for the float results. */
function centralDifference(
  f: Flat,
  inputs: readonly HostArray[],
  active: readonly number[],
  by: readonly HostArray[],
): HostArray[] {
  const h = 1e-5;
  const above = run(f, moved(inputs, active, by, h));
  const below = run(f, moved(inputs, active, by, -h));
  return above.map((y, i) => ({
    ...y,
    data: y.data.map((v, j) => (v - below[i]!.data[j]!) / (2 * h)),
  }));
}

const LAWS: { readonly [law: string]: (primitive: AnyPrimitive, one: Case) => void } = {
  "infer agrees with evaluate": (primitive, one) => {
    const outs = primitive.infer(one.avals, one.params);
    const results = primitive.evaluate(operands(one), one.params, outs);
    assert(results.length === outs.length, "number of results");
    outs.forEach((out, i) => {
      assert(
        results[i]!.length === sizeOf(out.shape),
        `result ${i} has ${results[i]!.length} elements`,
      );
    });
  },

  "jvp agrees with central differences": (primitive, one) => {
    const f = application(primitive, one.params);
    const active = differentiable(one);
    if (active.length === 0) return;
    const inputs = operands(one);
    const by = directions(one, 77);
    const tangents = run(pushforward(f, one), [...inputs, ...by]);
    const expected = centralDifference(f, inputs, active, by);
    expected.forEach((e, i) => {
      if (!isFloat(e.dtype)) return;
      assert(
        close(tangents[i]!.data, e.data, 1e-6),
        `tangent ${tangents[i]!.data} is not ${e.data}`,
      );
    });
  },

  "the second derivative agrees with differences of the first": (primitive, one) => {
    const f = application(primitive, one.params);
    const active = differentiable(one);
    if (active.length === 0) return;
    const inputs = operands(one);
    const by = directions(one, 77);
    const first = pushforward(f, one);
    const direction = (xs: readonly Tensor[]): readonly Tensor[] => {
      const count = one.avals.length;
      const all = xs.slice(0, count);
      const d = xs.slice(count);
      const along: Flat = (ys) => {
        const full = all.map((x, i) => active.includes(i) ? ys[active.indexOf(i)]! : x);
        return first([...full, ...d]);
      };
      return jvp(along, [active.map((i) => all[i]!)], [d])[1];
    };
    const second = run(direction, [...inputs, ...by]);
    const slope = (xs: readonly HostArray[]): HostArray[] => run(first, [...xs, ...by]);
    const h = 1e-5;
    const above = slope(moved(inputs, active, by, h));
    const below = slope(moved(inputs, active, by, -h));
    above.forEach((a, i) => {
      if (!isFloat(a.dtype)) return;
      const expected = a.data.map((v, j) => (v - below[i]!.data[j]!) / (2 * h));
      assert(
        close(second[i]!.data, expected, 1e-5),
        `second ${second[i]!.data} is not ${expected}`,
      );
    });
  },

  "transposition gives the adjoint": (primitive, one) => {
    const f = application(primitive, one.params);
    const active = differentiable(one);
    if (active.length === 0) return;
    const inputs = operands(one);
    const by = directions(one, 77);
    const outs = primitive.infer(one.avals, one.params);
    const floats = outs.flatMap((out, i) => isFloat(out.dtype) ? [i] : []);
    if (floats.length === 0) return;
    const count = one.avals.length;
    const cts = floats.map((i) => {
      return { ...outs[i]!, data: fill(outs[i]!, { low: -1, high: 1 }, 99 + i) };
    });
    const pulled = run((xs) => {
      const all = xs.slice(0, count);
      const g: Flat = (ys) => {
        const results = curried(f, one, all)(ys);
        return floats.map((i) => results[i]!);
      };
      const [, pull] = vjp(g, [active.map((i) => all[i]!)]);
      return pull(xs.slice(count))[0];
    }, [...inputs, ...cts]);
    const tangents = run(pushforward(f, one), [...inputs, ...by]);
    const inner = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
      let sum = 0;
      for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
      return sum;
    };
    const left = floats.reduce((sum, i, j) => sum + inner(cts[j]!.data, tangents[i]!.data), 0);
    const right = by.reduce((sum, d, i) => sum + inner(d.data, pulled[i]!.data), 0);
    assert(
      Math.abs(left - right) <= 1e-8 * (1 + Math.abs(left)),
      `<ct, Jd> ${left}, <J'ct, d> ${right}`,
    );
  },

  "batching equals stacking": (primitive, one) => {
    if (one.avals.length === 0) return;
    const f = application(primitive, one.params);
    for (const which of [0, 1, 2]) {
      const batched = one.avals.map((_, i) => which === 0 || i % 2 === which - 1);
      if (!batched.includes(true)) continue;
      const rows = [0, 1].map((row) =>
        operands(one).map((x, i) => {
          const shifts = batched[i] && isFloat(x.dtype);
          return shifts ? { ...x, data: x.data.map((v) => v * (1 - 0.01 * row)) } : x;
        })
      );
      const stacked = rows[0]!.map((x, i) => {
        if (!batched[i]) return x;
        const data = Float64Array.from([...x.data, ...rows[1]![i]!.data]);
        return { ...x, shape: [2, ...x.shape], data };
      });
      const inAxes = batched.map((b) => b ? 0 : null);
      const mapped = run(
        (xs) => vmap((...ys: readonly Tensor[]) => f(ys), { inAxes })(...xs),
        stacked,
      );
      const expected = rows.map((row) => run(f, row));
      mapped.forEach((y, i) => {
        const both = [...expected[0]![i]!.data, ...expected[1]![i]!.data];
        assert(close(y.data, both, 1e-12), `batched ${y.data} is not ${both}`);
      });
    }
  },
};

Deno.test("every primitive has a generator of valid operands", () => {
  const missing = [...allPrimitives().keys()].filter((name) => !(name in GENERATORS));
  assert(missing.length === 0, `no generator for ${missing.join(", ")}`);
});

for (const [name, primitive] of allPrimitives()) {
  const generator = GENERATORS[name];
  if (!generator) continue;
  for (const [law, check] of Object.entries(LAWS)) {
    const reason = generator.exempt?.[law];
    if (reason !== undefined) {
      console.log(`exempt: ${name}: ${law}: ${reason}`);
      continue;
    }
    Deno.test(`${name}: ${law}`, () => {
      fc.assert(fc.property(generator.cases, (one) => check(primitive, one)), RUNS);
    });
  }
}
