import { range, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { add } from "./add.ts";
import { broadcastInDim } from "./broadcast_sum.ts";
import { constant } from "./constant.ts";
import type { ConvParams } from "./_conv_host.ts";
import { dotGeneral } from "./dot_general.ts";
import { mul } from "./mul.ts";
import { reshape } from "./reshape.ts";
import { padZeros, sliceBy } from "./slice_pad.ts";
import { transpose } from "./transpose.ts";
import { windows } from "./windows.ts";

/** Least places along the last spatial axis for which each line of them is a product of its own. */
const MIN_LINE = 16;
/** Most taps of a depthwise kernel that are spelt out. */
const MAX_TAPS = 64;

/** A convolution of x [N, C, ...S] with w [O, C / G, ...K] as products of the kernel and windows. */
export function convByProducts(x: Tensor, w: Tensor, params: ConvParams, out: Shape): Tensor {
  const { groups } = params;
  const [n, c] = x.shape as [number, number];
  const [o, i, ...taps] = w.shape as [number, number, ...number[]];
  if ([...x.shape, ...w.shape, ...out].includes(0)) {
    return broadcastInDim(constant(0, x.dtype), { shape: out, dims: [] });
  }
  const padded = padZeros(x, {
    low: [0, 0, ...params.padding.map(([low]) => low)],
    high: [0, 0, ...params.padding.map(([, high]) => high)],
    interior: [0, 0, ...params.lhsDilation.map((d) => d - 1)],
  });
  const places = out.slice(2);
  const isDepthwise = i === 1 && o === groups;
  if (isDepthwise && taps.reduce((a, b) => a * b, 1) <= MAX_TAPS) {
    return depthwise(padded, w, params, places);
  }
  let seen = reshape(padded, [n, groups, c / groups, ...padded.shape.slice(2)]);
  taps.forEach((size, k) => {
    const [stride, dilation] = [params.stride[k]!, params.rhsDilation[k]!];
    seen = windows(seen, { axis: 3 + 2 * k, size, stride, dilation });
  }); // [N, G, C / G, K0, P0, K1, P1 ...]
  const kernel = reshape(w, [groups, o / groups, i, ...taps]);
  const rank = taps.length;
  const product = {
    tap: range(rank).map((k) => 3 + 2 * k),
    place: range(rank).map((k) => 4 + 2 * k),
  };
  const isLong = rank > 0 && places.at(-1)! >= MIN_LINE;
  return isLong ? byLines(seen, kernel, product, out) : atOnce(seen, kernel, product, out);
}

type Axes = { readonly tap: readonly number[]; readonly place: readonly number[] };

/** A product for every line of places: its operand is read as it lies, line by line. */
function byLines(seen: Tensor, kernel: Tensor, { tap, place }: Axes, out: Shape): Tensor {
  const lines = place.slice(0, -1);
  const [n, groups] = seen.shape as [number, number];
  const heights = lines.map((axis) => seen.shape[axis]!);
  const front = [n, groups, ...heights];
  const [, ...own] = kernel.shape;
  const shape = [...front, ...own];
  const dims = [1, ...own.map((_, k) => front.length + k)];
  const repeated = broadcastInDim(kernel, { shape, dims });
  const shared = range(front.length);
  const y = dotGeneral(repeated, seen, {
    contract: [[...tap.keys(), tap.length].map((k) => front.length + 1 + k), [2, ...tap]],
    batch: [shared, [0, 1, ...lines]],
  }); // [N, G, ...lines, O / G, P]
  const outputs = front.length;
  const perm = [0, 1, outputs, ...lines.map((_, k) => 2 + k), outputs + 1];
  return reshape(transpose(y, perm), out);
}

/**
 * One product a group, whose columns are all places of all samples. Its operand is a matrix of
 * windows, laid out so that its rows run along the longer of the two innermost axes of x.
 */
function atOnce(seen: Tensor, kernel: Tensor, { tap, place }: Axes, out: Shape): Tensor {
  const side = (axis: number): number => seen.shape[axis]!;
  const [summed, free] = [[2, ...tap], [0, ...place]];
  const [depth, columns] = [summed, free].map((axes) => axes.map(side).reduce((a, b) => a * b, 1));
  const isFreeInside = side(free.at(-1)!) >= side(summed.at(-1)!);
  const matrix = isFreeInside
    ? reshape(transpose(seen, [1, ...summed, ...free]), [side(1), depth!, columns!])
    : reshape(transpose(seen, [1, ...free, ...summed]), [side(1), columns!, depth!]);
  const rows = reshape(kernel, [side(1), kernel.shape[1]!, depth!]);
  const y = dotGeneral(rows, matrix, {
    contract: [[2], [isFreeInside ? 1 : 2]],
    batch: [[0], [0]],
  }); // [G, O / G, N · P]
  const whole = reshape(y, [side(1), kernel.shape[1]!, ...free.map(side)]);
  return reshape(transpose(whole, [2, 0, 1, ...place.map((_, k) => 3 + k)]), out);
}

/** Σₖ x[n, c, p·stride + k·dilation] · w[c, k], its taps spelt out: there is nothing to share. */
function depthwise(
  padded: Tensor,
  w: Tensor,
  { stride, rhsDilation }: ConvParams,
  places: Shape,
): Tensor {
  const [n, c, ...sides] = padded.shape as [number, number, ...number[]];
  const taps = w.shape.slice(2);
  const count = taps.reduce((a, b) => a * b, 1);
  const flat = reshape(w, [c, count]);
  const shape = [n, c, ...places];
  let sum: Tensor | null = null;
  for (let tap = 0; tap < count; tap++) {
    let rest = tap;
    const start: number[] = [];
    for (let k = taps.length - 1; k >= 0; k--) {
      start[k] = (rest % taps[k]!) * rhsDilation[k]!;
      rest = Math.floor(rest / taps[k]!);
    }
    const part = sliceBy(padded, {
      start: [0, 0, ...start],
      stop: [n, c, ...sides.map((_, k) => start[k]! + (places[k]! - 1) * stride[k]! + 1)],
      step: [1, 1, ...stride],
    });
    const own = sliceBy(flat, { start: [0, tap], stop: [c, tap + 1], step: [1, 1] });
    const weight = broadcastInDim(reshape(own, [c]), { shape, dims: [1] });
    const term = mul(part, weight);
    sum = sum ? add(sum, term) : term;
  }
  return sum!;
}
