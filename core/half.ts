/** Bits of half-precision numbers. Rounding is to nearest, ties to even; NaN stays NaN. */

const word = new Uint32Array(1);
const single = new Float32Array(word.buffer);
const double = new Float64Array(1);
const doubleWords = new Uint32Array(double.buffer);

/** Value of the bf16 with bits `bits`. */
export function fromBf16(bits: number): number {
  word[0] = bits << 16;
  return single[0]!;
}

/** Bits of the bf16 nearest to `value`. */
export function toBf16(value: number): number {
  single[0] = roundToOdd(value);
  const bits = word[0]!;
  if (value !== value) return 0x7fc0;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** Value of the f16 with bits `bits`. */
export function fromF16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Bits of the f16 nearest to `value`. */
export function toF16(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size !== size) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | roundHalfEven(size * 2 ** 24);
  double[0] = size;
  const exponent = (doubleWords[1]! >>> 20) - 1023;
  const fraction = roundHalfEven(size * 2 ** (10 - exponent));
  return sign | (((exponent + 15) << 10) + fraction - 1024);
}

function roundHalfEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}

/** f64 to f32 so that a second rounding to fewer bits is still to nearest: the last bit is sticky. */
function roundToOdd(value: number): number {
  const near = Math.fround(value);
  if (near === value || !Number.isFinite(near)) return near;
  single[0] = near;
  if (Math.abs(near) > Math.abs(value)) word[0] = word[0]! - 1;
  word[0] = word[0]! | 1;
  return single[0]!;
}
