import { isFloat } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { flip } from "../primitives/rev.ts";
import { concatenate } from "../primitives/concatenate.ts";
import { convert } from "../primitives/convert.ts";
import { mul } from "../primitives/mul.ts";
import { neg } from "../primitives/neg.ts";
import { sliceAxis } from "../primitives/slice_pad.ts";
import { moveAxis } from "../primitives/transpose.ts";
import { formatAval, formatShape, normalizeAxis, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type Complex, dft } from "./_dft.ts";
import { zerosLike } from "./full.ts";

export type { Complex } from "./_dft.ts";

/** The axis of a Fourier transform; default the last. */
export type FftOptions = { readonly axis?: number };

/**
 * Discrete Fourier transform along an axis: X[k] = Σⱼ x[j] · exp(-2πi jk / n). Complex numbers are
 * trees of two tensors, so that derivatives, batches and `jit` need nothing special.
 *
 * @param x { re, im } of one shape, or a real tensor; f16 and bf16 are transformed as f32
 * @param options `axis`
 * @returns { re, im }, shape of x
 * @throws {ShapeError} if the parts differ in shape, or the axis is empty or x no float
 * @see Cooley and Tukey 1965, doi:10.1090/S0025-5718-1965-0178586-1
 * @example A constant has one frequency
 * ```ts
 * import { fft, tensor } from "../mod.ts";
 * const { re } = fft(tensor([1, 1, 1, 1])); // [4, 0, 0, 0]
 * if (re.shape.join() !== "4") throw new Error("unexpected shape");
 * ```
 */
export function fft(x: Complex | Tensor, options: FftOptions = {}): Complex {
  return along(x, options, (y) => dft(y, -1));
}

/** The inverse of `fft`: x[j] = 1/n Σₖ X[k] · exp(2πi jk / n). */
export function ifft(x: Complex | Tensor, options: FftOptions = {}): Complex {
  return along(x, options, (y) => {
    const z = dft(y, 1);
    const scale = 1 / y.re.shape.at(-1)!;
    return { re: mul(scale, z.re), im: mul(scale, z.im) };
  });
}

/** The first n/2 + 1 frequencies of a real x: the others are their conjugates. */
export function rfft(x: Tensor, options: FftOptions = {}): Complex {
  return along(x, options, (y) => {
    const z = dft(y, -1);
    const [axis, n] = [y.re.shape.length - 1, y.re.shape.at(-1)!];
    const half = (t: Tensor): Tensor =>
      sliceAxis(t, { axis, start: 0, stop: Math.floor(n / 2) + 1 });
    return { re: half(z.re), im: half(z.im) };
  });
}

/**
 * The inverse of `rfft`: n real numbers.
 *
 * @param options `n`: their number, default 2 (m - 1) for m frequencies; `axis`
 * @throws {RangeError} if there are not n/2 + 1 frequencies
 */
export function irfft(
  x: Complex,
  options: FftOptions & { readonly n?: number } = {},
): Tensor {
  return along(x, options, (y) => {
    const [axis, m] = [y.re.shape.length - 1, y.re.shape.at(-1)!];
    const n = options.n ?? 2 * (m - 1);
    const needed = Math.floor(n / 2) + 1;
    if (m !== needed) {
      throw new RangeError(
        `Cannot transform ${m} frequencies into ${n} numbers: ${needed} are needed; ` +
          `slice or pad them, or give another n`,
      );
    }
    const mirror = (t: Tensor): Tensor =>
      flip(sliceAxis(t, { axis, start: 1, stop: n - m + 1 }), { axes: [axis] });
    const re = concatenate([y.re, mirror(y.re)], { axis });
    // The first frequency, and that in the middle, are their own conjugates: real.
    const im = concatenate([y.im, neg(mirror(y.im))], { axis });
    const z = dft({ re, im }, 1);
    return { re: mul(1 / n, z.re), im: z.im };
  }).re;
}

/** `fft` along two axes, default the last two. */
export function fft2(
  x: Complex | Tensor,
  options: { readonly axes?: readonly [number, number] } = {},
): Complex {
  const [first, second] = options.axes ?? [-2, -1];
  return fft(fft(x, { axis: second }), { axis: first });
}

/** The inverse of `fft2`. */
export function ifft2(
  x: Complex | Tensor,
  options: { readonly axes?: readonly [number, number] } = {},
): Complex {
  const [first, second] = options.axes ?? [-2, -1];
  return ifft(ifft(x, { axis: second }), { axis: first });
}

function along(
  x: Complex | Tensor,
  { axis = -1 }: FftOptions,
  transform: (x: Complex) => Complex,
): Complex {
  const given = "re" in x ? x : { re: x, im: zerosLike(x) };
  const { shape, dtype } = given.re;
  if (!sameShape(shape, given.im.shape) || !isFloat(dtype) || given.im.dtype !== dtype) {
    throw new ShapeError(
      `Cannot transform ${formatAval(given.re.aval)} and ${formatAval(given.im.aval)}: ` +
        `both parts need one shape and one float dtype; convert them`,
      "fft",
      [shape, given.im.shape],
    );
  }
  const at = normalizeAxis(axis, shape.length, "fft");
  if (shape[at] === 0) {
    throw new ShapeError(`Cannot transform ${formatShape(shape)}: axis ${at} is empty`, "fft", [
      shape,
    ]);
  }
  const wide = (t: Tensor): Tensor => dtype === "f64" ? t : convert(t, "f32");
  const last = (t: Tensor): Tensor => moveAxis(wide(t), at, -1);
  const y = transform({ re: last(given.re), im: last(given.im) });
  return { re: moveAxis(y.re, -1, at), im: moveAxis(y.im, -1, at) };
}
