import type { HostMatrix } from "./_factor_host.ts";

const ROUNDS = 60;
const EPSILON = 2 ** -52;

/** Eigenvalues ascending, and eigenvectors as rows, of a symmetric matrix. */
export type HostEigh = { readonly w: Float64Array; readonly rows: Float64Array };

/**
 * A = Vᵀ diag(w) V: reflections make A tridiagonal, rotations by the implicit QL method with shifts
 * make that diagonal (Golub & Van Loan, chapter 8). Vectors are rows, so that all loops run along
 * memory.
 */
export function eighHost({ data, n }: HostMatrix): HostEigh {
  const { diagonal, beside, rows } = tridiagonalize(data, n);
  for (let l = 0; l < n; l++) diagonalize(diagonal, beside, rows, l);
  const order = Array.from(diagonal.keys()).sort((i, j) => diagonal[i]! - diagonal[j]!);
  const sorted = new Float64Array(n * n);
  order.forEach((from, to) => sorted.set(rows.subarray(from * n, (from + 1) * n), to * n));
  return { w: Float64Array.from(order, (i) => diagonal[i]!), rows: sorted };
}

type Tridiagonal = {
  readonly diagonal: Float64Array;
  readonly beside: Float64Array;
  readonly rows: Float64Array;
};

/** T with Q T Qᵀ = A, and Qᵀ. */
function tridiagonalize(data: Float64Array, n: number): Tridiagonal {
  const a = data.slice();
  const rows = new Float64Array(n * n);
  for (let i = 0; i < n; i++) rows[i * n + i] = 1;
  const v = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    if (!reflector(a, k, n, v)) continue;
    // (I - 2 v vᵀ) A (I - 2 v vᵀ) = A - v wᵀ - w vᵀ for w = 2 A v - 2 (v · A v) v
    let along = 0;
    for (let i = k; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += a[i * n + j]! * v[j]!;
      w[i] = 2 * sum;
      along += v[i]! * sum;
    }
    for (let i = k; i < n; i++) w[i] = w[i]! - 2 * along * v[i]!;
    for (let i = k; i < n; i++) {
      for (let j = k; j < n; j++) a[i * n + j] = a[i * n + j]! - v[i]! * w[j]! - w[i]! * v[j]!;
    }
    reflectRows(rows, n, k, v, w);
  }
  return {
    diagonal: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!),
    beside: Float64Array.from({ length: n }, (_, i) => i < n - 1 ? a[(i + 1) * n + i]! : 0),
    rows,
  };
}

/** The unit vector v, zero up to k, whose reflection clears column k below its second element. */
function reflector(a: Float64Array, k: number, n: number, v: Float64Array): boolean {
  v.fill(0);
  let largest = 0;
  for (let i = k + 2; i < n; i++) largest = Math.max(largest, Math.abs(a[i * n + k]!));
  if (!(largest > 0)) return false;
  const scale = Math.max(largest, Math.abs(a[(k + 1) * n + k]!));
  let sum = 0;
  for (let i = k + 1; i < n; i++) {
    v[i] = a[i * n + k]! / scale;
    sum += v[i]! * v[i]!;
  }
  const head = v[k + 1]!;
  v[k + 1] = head + (head < 0 ? -1 : 1) * Math.sqrt(sum);
  const length = Math.sqrt(sum - head * head + v[k + 1]! * v[k + 1]!);
  for (let i = k + 1; i < n; i++) v[i] = v[i]! / length;
  return true;
}

/** rows - 2 v (vᵀ rows), in place; `sum` is room for a row. */
function reflectRows(
  rows: Float64Array,
  n: number,
  k: number,
  v: Float64Array,
  sum: Float64Array,
): void {
  sum.fill(0);
  for (let i = k + 1; i < n; i++) {
    for (let j = 0; j < n; j++) sum[j] = sum[j]! + v[i]! * rows[i * n + j]!;
  }
  for (let i = k + 1; i < n; i++) {
    const twice = 2 * v[i]!;
    for (let j = 0; j < n; j++) rows[i * n + j] = rows[i * n + j]! - twice * sum[j]!;
  }
}

/** Rotates until element l of the diagonal stands alone. */
function diagonalize(
  d: Float64Array,
  e: Float64Array,
  rows: Float64Array,
  l: number,
): void {
  const n = d.length;
  for (let round = 0; round < ROUNDS; round++) {
    let m = l;
    while (m < n - 1 && Math.abs(e[m]!) > EPSILON * (Math.abs(d[m]!) + Math.abs(d[m + 1]!))) m++;
    if (m === l) return;
    const half = (d[l + 1]! - d[l]!) / (2 * e[l]!);
    const root = Math.hypot(half, 1);
    let shifted = d[m]! - d[l]! + e[l]! / (half + (half < 0 ? -root : root));
    let [s, c, p] = [1, 1, 0];
    let split = false;
    for (let i = m - 1; i >= l; i--) {
      const [f, b] = [s * e[i]!, c * e[i]!];
      const r = Math.hypot(f, shifted);
      e[i + 1] = r;
      if (r === 0) {
        d[i + 1] = d[i + 1]! - p;
        e[m] = 0;
        split = true;
        break;
      }
      s = f / r;
      c = shifted / r;
      const g = d[i + 1]! - p;
      const t = (d[i]! - g) * s + 2 * c * b;
      p = s * t;
      d[i + 1] = g + p;
      shifted = c * t - b;
      rotateRows(rows, i, i + 1, n, c, s);
    }
    if (split) continue;
    d[l] = d[l]! - p;
    e[l] = shifted;
    e[m] = 0;
  }
}

/** Turns rows p and q by an angle of cosine c and sine s. */
export function rotateRows(
  x: Float64Array,
  p: number,
  q: number,
  n: number,
  c: number,
  s: number,
): void {
  const [from, to] = [p * n, q * n];
  for (let k = 0; k < n; k++) {
    const a = x[from + k]!;
    const b = x[to + k]!;
    x[from + k] = c * a - s * b;
    x[to + k] = s * a + c * b;
  }
}
