import type fc from "fast-check";
import {
  checkpoint,
  cond,
  customJvp,
  customVjp,
  jvp,
  scan,
  switchCase,
  whileLoop,
} from "../../autodiff/mod.ts";
import {
  add,
  type Aval,
  cos,
  exp,
  greater,
  less,
  mul,
  sin,
  square,
  sub,
  sum,
  tanh,
  type Tensor,
} from "../../mod.ts";
import { constant, traceClosed } from "../../core/internal.ts";
import { built, type Case, type Elements, fill, pick } from "./case.ts";
import type { Flat } from "./functions.ts";
import type { Generator } from "./generators.ts";

const REAL: Elements = { low: -1.5, high: 1.5 };
const INTEGER: Aval = { shape: [], dtype: "i32" };

function f64(...shape: readonly number[]): Aval {
  return { shape, dtype: "f64" };
}

/** The one application of a primitive in a program: its operand types and parameters. */
function applied(name: string, program: Flat, avals: readonly Aval[]): Omit<Case, "values"> {
  const graph = traceClosed(program, avals);
  const node = graph.nodes.find(({ primitive }) => primitive.name === name);
  if (!node) throw new Error(`the program has no ${name}:\n${graph}`);
  return { avals: node.inputs.map((v) => graph.avals[v]!), params: node.params };
}

/** Cases of a program made at random; integer operands are drawn between the bounds. */
function programs(
  name: string,
  make: (random: () => number) => readonly [program: Flat, avals: readonly Aval[]],
  bounds: readonly [low: number, high: number] = [0, 3],
  elements: Elements = REAL,
): fc.Arbitrary<Case> {
  return built((random, seed) => {
    const one = applied(name, ...make(random));
    const [low, high] = bounds;
    const whole = { low, high: high + 0.99, integer: true };
    const draw = (at: number): Float64Array[] =>
      one.avals.map((aval, i) => fill(aval, aval.dtype === "f64" ? elements : whole, at + i));
    return { ...one, values: draw(seed), other: draw(seed + 100) };
  });
}

type Pair = readonly [Tensor, Tensor];

/** A function of two tensors with two results, without numbers: those would be operands besides. */
const pair = (x: Tensor, y: Tensor): Pair => [mul(sin(x), y), add(x, square(y))];

const pushed = ([x, y]: Pair, [dx, dy]: Pair): Pair => [
  add(mul(mul(cos(x), dx), y), mul(sin(x), dy)),
  add(dx, mul(add(y, y), dy)),
];

const withForwardRule = customJvp(pair, (xs, dxs) => [pair(...xs), pushed(xs, dxs)]);

const withBackwardRule = customVjp(
  pair,
  (x: Tensor, y: Tensor) => [pair(x, y), [x, y]],
  ([x, y]: readonly Tensor[], [a, b]: Pair) => [
    add(mul(mul(a, y!), cos(x!)), b),
    add(mul(a, sin(x!)), mul(add(y!, y!), b)),
  ],
);

const onPair = (f: typeof pair) => (random: () => number): readonly [Flat, readonly Aval[]] => {
  const aval = f64(...Array.from({ length: pick(random, 0, 2) }, () => pick(random, 0, 3)));
  return [([x, y]) => f(x!, y!), [aval, aval]];
};

function aScan(random: () => number): readonly [Flat, readonly Aval[]] {
  const [n, length, reverse] = [pick(random, 0, 3), pick(random, 0, 4), random() < 0.5];
  const program: Flat = ([w, c, k, xs]) => {
    const [last, ys] = scan(
      ({ c, k }: { readonly c: Tensor; readonly k: Tensor }, x: Tensor) => {
        const next = tanh(add(mul(c, w!), x));
        return [{ c: next, k: add(k, k) }, [sum(mul(c, x)), k]];
      },
      { c: c!, k: k! },
      xs!,
      { reverse },
    );
    return [last.c, last.k, ...ys];
  };
  return [program, [f64(n), f64(n), INTEGER, f64(length, n)]];
}

function aCond(random: () => number): readonly [Flat, readonly Aval[]] {
  const [aval, three] = [f64(pick(random, 0, 3)), random() < 0.5];
  const one = (x: Tensor, y: Tensor): readonly Tensor[] => [mul(sin(x), y), sum(y)];
  const two = (x: Tensor, y: Tensor): readonly Tensor[] => [add(x, square(y)), sum(exp(x))];
  const program: Flat = ([at, x, y]) =>
    three
      ? switchCase(at!, [one, two, (x, y) => [y, sum(x)]], x!, y!)
      : cond(greater(at!, 0), one, two, x!, y!);
  return [program, [INTEGER, aval, aval]];
}

/** As many steps as an integer says, or as it takes a number to fall below another. */
function aWhile(random: () => number): readonly [Flat, readonly Aval[]] {
  const n = pick(random, 0, 3);
  const counted: Flat = ([end, w, start, c]) =>
    whileLoop(
      ([i]: readonly Tensor[]) => less(i!, end!),
      ([i, c]) => [add(i!, constant(1, "i32")), sin(mul(c!, w!))],
      [start!, c!],
    );
  const falling: Flat = ([low, by, x, total]) =>
    whileLoop(
      ([x]: readonly Tensor[]) => greater(x!, low!),
      ([x, total]) => [sub(x!, by!), add(mul(total!, x!), sin(by!))],
      [x!, total!],
    );
  return random() < 0.5
    ? [counted, [INTEGER, f64(n), INTEGER, f64(n)]]
    : [falling, [f64(), f64(), f64(), f64(n)]];
}

const UNBOUNDED = "it refuses transposition by name: the number of its steps is not known";
const BACKWARD_ONLY = "it has a backward rule only and says so";
const NO_VALUE = "it has no value, only a transpose, which custom_vjp's pullback checks";

/** Generators of the primitives that hold a Graph. */
export const GRAPH_GENERATORS: { readonly [primitive: string]: Generator } = {
  scan: { cases: programs("scan", aScan) },
  cond: { cases: programs("cond", aCond, [-1, 4]) },
  while: {
    cases: programs("while", aWhile, [0, 4], { low: 0.5, high: 3 }),
    exempt: {
      "transposition gives the adjoint": UNBOUNDED,
      "the pullback agrees with central differences": UNBOUNDED,
      "the derivative of the pullback agrees with differences of it": UNBOUNDED,
      "batching the pullback equals stacking": UNBOUNDED,
    },
  },
  checkpoint: { cases: programs("checkpoint", onPair(checkpoint(pair))) },
  custom_jvp: { cases: programs("custom_jvp", onPair(withForwardRule)) },
  custom_vjp: {
    cases: programs("custom_vjp", onPair(withBackwardRule)),
    exempt: {
      "jvp agrees with central differences": BACKWARD_ONLY,
      "the second derivative agrees with differences of the first": BACKWARD_ONLY,
      "transposition gives the adjoint": BACKWARD_ONLY,
    },
  },
  custom_linear: {
    cases: programs("custom_linear", (random) => {
      const [f, avals] = onPair(withBackwardRule)(random);
      const along: Flat = (xs) => {
        const [x, y, dx, dy] = xs as [Tensor, Tensor, Tensor, Tensor];
        return jvp((x: Tensor, y: Tensor) => f([x, y]), [x, y], [dx, dy])[1];
      };
      return [along, [...avals, ...avals]];
    }),
    exempt: {
      "infer agrees with evaluate": NO_VALUE,
      "jvp agrees with central differences": NO_VALUE,
      "the second derivative agrees with differences of the first": NO_VALUE,
      "transposition gives the adjoint": NO_VALUE,
      "the pullback agrees with central differences": NO_VALUE,
      "the derivative of the pullback agrees with differences of it": NO_VALUE,
      "batching equals stacking": NO_VALUE,
      "batching the pullback equals stacking": NO_VALUE,
    },
  },
};
