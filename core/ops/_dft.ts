import type { DType } from "../dtype.ts";
import { tensor } from "../literal.ts";
import { add } from "../primitives/add.ts";
import { concatenate } from "../primitives/concatenate.ts";
import { dotGeneral } from "../primitives/dot_general.ts";
import { mul } from "../primitives/mul.ts";
import { neg } from "../primitives/neg.ts";
import { reshape } from "../primitives/reshape.ts";
import { sliceAxis } from "../primitives/slice_pad.ts";
import { sub } from "../primitives/sub.ts";
import { swapAxes } from "../primitives/transpose.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { pad } from "./pad.ts";

/** Complex numbers as two tensors of one shape. */
export type Complex = { readonly re: Tensor; readonly im: Tensor };

/** Sides up to this are transformed by one product with the matrix of the transform. */
const DIRECT = 64;

/**
 * X[k] = Σⱼ x[j] · exp(sign · 2πi · jk / n) along the last axis. Composite sides are split as n = p·q
 * into transforms of p and of q (Cooley and Tukey); sides with a large prime factor become a
 * convolution of a power of two (Bluestein).
 */
export function dft(x: Complex, sign: 1 | -1): Complex {
  const n = x.re.shape.at(-1)!;
  if (n <= DIRECT) return direct(x, sign);
  const p = factorOf(n);
  return p === 1 ? bluestein(x, sign) : split(x, p, sign);
}

/** The greatest factor of `n` up to DIRECT. */
function factorOf(n: number): number {
  let p = DIRECT;
  while (n % p !== 0) p--;
  return p;
}

/** One real product with [[cos, -sin], [sin, cos]] along the last axis. */
function direct(x: Complex, sign: 1 | -1): Complex {
  const n = x.re.shape.at(-1)!;
  const { re, im } = turns([n, n], (j, k) => (j! * k!) % n, sign / n, x.re.dtype);
  const matrix = concatenate([
    concatenate([re, im], { axis: 1 }),
    concatenate([neg(im), re], { axis: 1 }),
  ], { axis: 0 });
  const axis = x.re.shape.length - 1;
  const joined = concatenate([x.re, x.im], { axis });
  const y = dotGeneral(joined, matrix, { contract: [[axis], [0]] });
  const part = (start: number): Tensor => sliceAxis(y, { axis, start, stop: start + n });
  return { re: part(0), im: part(n) };
}

/** j = q·j₁ + j₂ and k = k₁ + p·k₂: p-transforms over j₁, turned by j₂k₁ / n, q-transforms over j₂. */
function split(x: Complex, p: number, sign: 1 | -1): Complex {
  const { shape, dtype } = x.re;
  const n = shape.at(-1)!;
  const q = n / p;
  const rows = [...shape.slice(0, -1), p, q];
  const columns = both(x, (t) => swapAxes(reshape(t, rows), -1, -2));
  const inner = direct(columns, sign); // [..., j₂, k₁]
  const turned = times(inner, turns([q, p], (j, k) => j! * k!, sign / n, dtype));
  const outer = dft(both(turned, (t) => swapAxes(t, -1, -2)), sign); // [..., k₁, k₂]
  return both(outer, (t) => reshape(swapAxes(t, -1, -2), shape));
}

/** jk = (j² + k² - (k - j)²) / 2 makes the transform a convolution with a chirp. */
function bluestein(x: Complex, sign: 1 | -1): Complex {
  const { shape, dtype } = x.re;
  const n = shape.at(-1)!;
  const size = 2 ** Math.ceil(Math.log2(2 * n - 1));
  // Exact while j² is below 2^53.
  const squared = (i: number): number => i ** 2 % (2 * n);
  const chirp = turns([n], (i) => squared(i!), sign / (2 * n), dtype);
  // Distances around a circle; those from n on never meet a sample.
  const kernel = turns([size], (i) => squared(Math.min(i!, size - i!)), -sign / (2 * n), dtype);
  const high = shape.map((_, i) => i === shape.length - 1 ? size - n : 0);
  const padded = both(times(x, chirp), (t) => pad(t, { high }));
  const filtered = dft(times(dft(padded, -1), dft(kernel, -1)), 1);
  const axis = shape.length - 1;
  const kept = both(filtered, (t) => mul(1 / size, sliceAxis(t, { axis, start: 0, stop: n })));
  return times(kept, chirp);
}

/** exp(2πi · step · turn) for every place of a shape of one or two sides. */
function turns(
  shape: Shape,
  turn: (...at: number[]) => number,
  step: number,
  dtype: DType,
): Complex {
  const inner = shape.at(-1)!;
  const count = sizeOf(shape);
  const re = new Float64Array(count);
  const im = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const at = shape.length === 1 ? [i] : [Math.floor(i / inner), i % inner];
    const angle = 2 * Math.PI * step * turn(...at);
    re[i] = Math.cos(angle);
    im[i] = Math.sin(angle);
  }
  return both({ re, im }, (data) => tensor(data, { shape, dtype }));
}

/** The product of complex numbers; the second broadcasts over leading axes. */
function times(x: Complex, y: Complex): Complex {
  return {
    re: sub(mul(x.re, y.re), mul(x.im, y.im)),
    im: add(mul(x.re, y.im), mul(x.im, y.re)),
  };
}

function both<T>(x: { readonly re: T; readonly im: T }, f: (part: T) => Tensor): Complex {
  return { re: f(x.re), im: f(x.im) };
}
