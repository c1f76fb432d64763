import type { Value } from "../../ir/types.ts";
import type { Formula, Formulas } from "./term.ts";

/** Terms of the sum before Euler and Maclaurin's formula. */
const TERMS = 8;

// B₂ₖ / (2k)! for k = 1, 2, 3
const BERNOULLI = [1 / 12, -1 / 720, 1 / 30240];

/** ψ⁽ⁿ⁾(x), the n-th derivative of digamma for n ≥ 1; below ½ from that at 1 - x. */
export const polygamma: Formula = (f, [x], params) => {
  const { n } = params as { readonly n: number };
  const isLow = f.test("lt", x!, 0.5);
  const y = f.mul(hurwitz(f, f.select(isLow, f.sub(1, x!), x!), n + 1), factor(n));
  // ψ⁽ⁿ⁾(x) = (-1)ⁿ ψ⁽ⁿ⁾(1 - x) - dⁿ/dxⁿ π cot πx
  const turn = f.mul(f.sub(x!, f.op("floor", f.add(x!, 0.5))), Math.PI);
  const cotangent = f.div(f.op("cos", turn), f.op("sin", turn));
  const slope = f.polynomial(cotangent, cotangentDerivative(n));
  const low = f.sub(n % 2 === 0 ? y : f.neg(y), slope);
  const isPole = f.and(f.test("le", x!, 0), f.test("eq", f.op("floor", x!), x!));
  const isLost = f.test("eq", x!, -Infinity);
  const result = f.select(isPole, n % 2 === 1 ? Infinity : f.number(NaN), f.select(isLow, low, y));
  return f.select(isLost, NaN, result);
};

/** (-1)ⁿ⁺¹ n! */
function factor(n: number): number {
  let product = n % 2 === 1 ? 1 : -1;
  for (let k = 2; k <= n; k++) product *= k;
  return product;
}

/** Σ 1 / (x + k)ˢ over k ≥ 0, for x ≥ ½. */
function hurwitz(f: Formulas, x: Value, s: number): Value {
  const power = (y: Value): Value => {
    let product = y;
    for (let i = 1; i < s; i++) product = f.mul(product, y);
    return product;
  };
  const w = f.div(1, f.add(x, TERMS));
  const square = f.mul(w, w);
  let rising = s;
  const series = BERNOULLI.map((b, k) => {
    const coefficient = b * rising;
    rising *= (s + 2 * k + 1) * (s + 2 * k + 2);
    return coefficient;
  });
  // w^(s-1) (1 / (s - 1) + w / 2 + w² Σ series w²ᵏ), where w may be 0
  const inner = f.add(0.5, f.mul(w, f.polynomial(square, series.reverse())));
  let sum = f.add(1 / (s - 1), f.mul(w, inner));
  for (let i = 1; i < s; i++) sum = f.mul(sum, w);
  for (let k = TERMS - 1; k >= 0; k--) sum = f.add(sum, power(f.div(1, f.add(x, k))));
  return sum;
}

/** Coefficients of dⁿ/dxⁿ π cot πx as a polynomial in cot πx, the highest power first. */
function cotangentDerivative(n: number): number[] {
  let coefficients = [0, Math.PI]; // the lowest power first
  for (let order = 0; order < n; order++) {
    // d/dx of cotᵏ πx is -π k cotᵏ⁻¹ πx (1 + cot² πx).
    const next = new Array<number>(coefficients.length + 1).fill(0);
    coefficients.forEach((c, k) => {
      if (k === 0) return;
      next[k - 1]! -= Math.PI * k * c;
      next[k + 1]! -= Math.PI * k * c;
    });
    coefficients = next;
  }
  return coefficients.reverse();
}
