import { bind } from "../bind.ts";
import { isFloat } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import type { HostArray } from "../host.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import { formatAval, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastFront } from "./broadcast_sum.ts";
import { iota } from "./iota.ts";
import { takeAlong } from "./_take_along.ts";

/** The axis to sort along, and how many of the operands are compared. */
export type SortParams = { readonly axis: number; readonly keys: number };

/**
 * The operands reordered together along `axis` so that the first `keys` of them ascend, the first
 * before the second and so on. Stable; NaN comes last; 0 and -0 are equal.
 */
export const sortP: Primitive<readonly Tensor[], readonly Tensor[], SortParams> = definePrimitive<
  readonly Tensor[],
  readonly Tensor[],
  SortParams
>({
  name: "sort",
  infer: (inputs) => {
    const first = inputs[0];
    if (!first || inputs.some((x) => !sameShape(x.shape, first.shape))) {
      throw new ShapeError(
        `Cannot sort ${inputs.map(formatAval).join(" and ")}: operands that are sorted together ` +
          `have one shape`,
        "sort",
        inputs.map((x) => x.shape),
      );
    }
    return inputs;
  },
  evaluate: (inputs, { axis, keys }) => {
    const results = inputs.map((x) => x.data.slice());
    for (const line of lines(inputs[0]!, axis)) {
      const order = line.slice().sort((a, b) => compare(inputs, keys, a, b));
      results.forEach((result, k) =>
        line.forEach((to, i) => result[to] = inputs[k]!.data[order[i]!]!)
      );
    }
    return results;
  },
  jvp: (xs, dxs, params) => {
    const first = xs[0]!;
    const places = iota(first.shape, { axis: params.axis, dtype: "i32" });
    const sorted = bind(sortP, [...xs, places], params);
    const order = sorted[xs.length]!;
    const tangents = dxs.map((dx, i) =>
      dx && isFloat(xs[i]!.dtype) ? takeAlong(dx, order, params.axis) : null
    );
    return [sorted.slice(0, xs.length), tangents];
  },
  batch: (xs, batched, { axis, keys }, size) =>
    bind(sortP, xs.map((x, i) => batched[i] ? x : broadcastFront(x, size)), {
      axis: axis + 1,
      keys,
    }),
});

/** Storage positions of every line along the axis. */
function* lines({ shape }: HostArray, axis: number): Iterable<number[]> {
  const side = shape[axis]!;
  const inner = shape.slice(axis + 1).reduce((product, s) => product * s, 1);
  const outer = shape.slice(0, axis).reduce((product, s) => product * s, 1);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      yield Array.from({ length: side }, (_, k) => (o * side + k) * inner + i);
    }
  }
}

function compare(inputs: readonly HostArray[], keys: number, a: number, b: number): number {
  for (let k = 0; k < keys; k++) {
    const x = inputs[k]!.data[a]!;
    const y = inputs[k]!.data[b]!;
    const [xNaN, yNaN] = [x !== x, y !== y];
    if (xNaN || yNaN) {
      if (xNaN !== yNaN) return xNaN ? 1 : -1;
    } else if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}
