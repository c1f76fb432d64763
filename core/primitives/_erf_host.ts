/** Error functions in f64, to a few units of the last digit. */

const TWO_OVER_SQRT_PI = 1.1283791670955126;
const SQRT_PI = 1.7724538509055159;

// Below it the power series is used, above it the continued fraction.
const SWITCH = 2;

/** erf x. */
export function erfHost(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  return size < SWITCH ? series(x) : Math.sign(x) * (1 - tail(size));
}

/** 1 - erf x. */
export function erfcHost(x: number): number {
  if (x < SWITCH) return x < -SWITCH ? 2 - tail(-x) : 1 - series(x);
  return tail(x);
}

/** erf x = 2/√π e^(-x²) Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)); all terms have one sign. */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= 2 * x * x / (2 * n + 1);
    sum += term;
  }
  return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
}

/** erfc x = e^(-x²)/√π · 1/(x + ½/(x + 1/(x + 3/2/(x + …)))), for x well above 0. */
function tail(x: number): number {
  if (x > 27.3) return 0;
  let denominator = x;
  for (let n = 80; n >= 1; n--) denominator = x + n / 2 / denominator;
  return Math.exp(-x * x) / (SQRT_PI * denominator);
}

/** y with erf y = x: an approximation by Winitzki, then Halley's steps. */
export function erfInvHost(x: number): number {
  const size = Math.abs(x);
  if (!(size < 1)) return size === 1 ? x * Infinity : NaN;
  if (size < 1e-10) return x / TWO_OVER_SQRT_PI;
  // With 1 - |x| exact, the residual of erfc keeps its digits near ±1; that of erf does near 0.
  const rest = 1 - size;
  const log = Math.log(rest * (1 + size));
  const a = 2 / (Math.PI * 0.147) + log / 2;
  let y = Math.sqrt(Math.sqrt(a * a - log / 0.147) - a);
  for (let step = 0; step < 3; step++) {
    const residual = size < 0.5 ? erfHost(y) - size : rest - erfcHost(y);
    const error = residual / (TWO_OVER_SQRT_PI * Math.exp(-y * y));
    y -= error / (1 + y * error);
  }
  return Math.sign(x) * y;
}
