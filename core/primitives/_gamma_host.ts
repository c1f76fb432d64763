/** Gamma and its relatives in f64. */

// Lanczos' approximation with g = 7 and nine terms (P. Godfrey's coefficients).
const LANCZOS = [
  0.99999999999980993,
  676.5203681218851,
  -1259.1392167224028,
  771.32342877765313,
  -176.61502916214059,
  12.507343278686905,
  -0.13857109526572012,
  9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** ln |Γ(x)|. */
export function lgammaHost(x: number): number {
  if (Math.abs(x) === Infinity) return Infinity;
  if (x <= 0 && Number.isInteger(x)) return Infinity;
  // Γ(x) Γ(1 - x) = π / sin πx
  if (x < 0.5) return Math.log(Math.PI / Math.abs(sinPi(x))) - lgammaHost(1 - x);
  let sum = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (x - 1 + i);
  const t = x + 6.5;
  return 0.9189385332046727 + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** ψ(x) = d/dx ln Γ(x). */
export function digammaHost(x: number): number {
  if (x === -Infinity || (x <= 0 && Number.isInteger(x))) return NaN;
  // ψ(1 - x) - ψ(x) = π / tan πx
  if (x < 0) return digammaHost(1 - x) - Math.PI * sinPi(x + 0.5) / sinPi(x);
  let shift = 0;
  let z = x;
  for (; z < 10; z++) shift -= 1 / z;
  const w = 1 / (z * z);
  // ln z - 1/2z - Σ B₂ₖ / (2k z²ᵏ)
  const rest = w * (1 / 12 - w * (1 / 120 - w * (1 / 252 - w * (1 / 240 - w * (1 / 132)))));
  return shift + Math.log(z) - 0.5 / z - rest;
}

// B₂ₖ / (2k)! for k = 1, 2, ...
const BERNOULLI = [1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000];

/** ψ⁽ⁿ⁾(x) = (-1)ⁿ⁺¹ n! Σ 1 / (x + k)ⁿ⁺¹ for n ≥ 1, by Euler and Maclaurin's formula. */
export function polygammaHost(n: number, x: number): number {
  if (x === -Infinity) return NaN;
  if (x <= 0 && Number.isInteger(x)) return n % 2 === 1 ? Infinity : NaN;
  const s = n + 1;
  let sum = 0;
  let z = x;
  for (; z < 16; z++) sum += z ** -s;
  sum += z ** (1 - s) / (s - 1) + 0.5 * z ** -s;
  let rising = s;
  for (let k = 0; k < BERNOULLI.length; k++) {
    sum += BERNOULLI[k]! * rising * z ** (-s - 2 * k - 1);
    rising *= (s + 2 * k + 1) * (s + 2 * k + 2);
  }
  let factorial = 1;
  for (let k = 2; k <= n; k++) factorial *= k;
  return (n % 2 === 1 ? 1 : -1) * factorial * sum;
}

/** sin πx, exact in its argument. */
function sinPi(x: number): number {
  const turn = x - 2 * Math.round(x / 2);
  return Math.sin(Math.PI * turn);
}
