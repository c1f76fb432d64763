import { flipped, type HostMatrix, qrHost } from "./_factor_host.ts";

const SWEEPS = 60;
const EPSILON = 2 ** -52;

/** Thin singular value decomposition, singular values descending. */
export type HostSvd = {
  readonly u: Float64Array; // [m, k]
  readonly s: Float64Array; // [k]
  readonly vt: Float64Array; // [k, n]
};

/**
 * U diag(s) Vᵀ by one-sided Jacobi: columns are rotated in pairs until all are orthogonal; their
 * lengths are then the singular values. Accurate for small ones too (Demmel & Veselić 1992).
 */
export function svdHost(a: HostMatrix): HostSvd {
  if (a.m < a.n) {
    const { u, s, vt } = svdHost(flipped(a));
    const k = a.m;
    return {
      u: flipped({ data: vt, m: k, n: k }).data,
      s,
      vt: flipped({ data: u, m: a.n, n: k }).data,
    };
  }
  const { m, n } = a;
  const { q, r } = qrHost(a);
  // R = W diag(s) Zᵀ from the columns of Rᵀ: Rᵀ J = Z diag(s), so W = J.
  const work = r.slice(); // column j of Rᵀ is row j of R
  const turns = new Float64Array(n * n);
  for (let i = 0; i < n; i++) turns[i * n + i] = 1;
  orthogonalize(work, turns, n);
  const lengths = Float64Array.from({ length: n }, (_, j) => Math.sqrt(dot(work, j, j, n)));
  const order = Array.from(lengths.keys()).sort((i, j) => lengths[j]! - lengths[i]!);
  const s = Float64Array.from(order, (j) => lengths[j]!);
  const vt = new Float64Array(n * n);
  const w = new Float64Array(n * n); // rows are the columns of W
  order.forEach((j, i) => {
    for (let k = 0; k < n; k++) {
      vt[i * n + k] = s[i]! > 0 ? work[j * n + k]! / s[i]! : 0;
      w[i * n + k] = turns[j * n + k]!;
    }
  });
  completeRows(vt, n, s);
  const u = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += q[i * n + k]! * w[j * n + k]!;
      u[i * n + j] = sum;
    }
  }
  return { u, s, vt };
}

/** Rotates pairs of rows of `work`, and the same rows of `turns`, until the rows are orthogonal. */
function orthogonalize(work: Float64Array, turns: Float64Array, n: number): void {
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        const alpha = dot(work, p, p, n);
        const beta = dot(work, q, q, n);
        const gamma = dot(work, p, q, n);
        if (!(Math.abs(gamma) > EPSILON * Math.sqrt(alpha * beta))) continue;
        rotated = true;
        const zeta = (beta - alpha) / (2 * gamma);
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const c = 1 / Math.hypot(1, t);
        rotate(work, p, q, n, c, c * t);
        rotate(turns, p, q, n, c, c * t);
      }
    }
    if (!rotated) return;
  }
}

function dot(x: Float64Array, p: number, q: number, n: number): number {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += x[p * n + k]! * x[q * n + k]!;
  return sum;
}

function rotate(x: Float64Array, p: number, q: number, n: number, c: number, s: number): void {
  for (let k = 0; k < n; k++) {
    const [a, b] = [x[p * n + k]!, x[q * n + k]!];
    x[p * n + k] = c * a - s * b;
    x[q * n + k] = s * a + c * b;
  }
}

/** Makes the rows of singular values that are zero unit vectors orthogonal to all others. */
function completeRows(rows: Float64Array, n: number, s: Float64Array): void {
  const negligible = n * EPSILON * (s[0] ?? 0);
  for (let i = 0; i < n; i++) {
    if (s[i]! > negligible) continue;
    for (let axis = 0; axis < n; axis++) {
      const row = rows.subarray(i * n, (i + 1) * n).fill(0);
      row[axis] = 1;
      for (let pass = 0; pass < 2; pass++) {
        for (let j = 0; j < i; j++) {
          const along = dot(rows, i, j, n);
          for (let k = 0; k < n; k++) row[k] = row[k]! - along * rows[j * n + k]!;
        }
      }
      const length = Math.sqrt(dot(rows, i, i, n));
      if (length < 1 / (2 * n)) continue;
      for (let k = 0; k < n; k++) row[k] = row[k]! / length;
      break;
    }
  }
}

/** Eigenvalues ascending, and eigenvectors as columns, of a symmetric matrix, by Jacobi rotations. */
export function eighHost({ data, n }: HostMatrix): { w: Float64Array; v: Float64Array } {
  const a = data.slice();
  const turns = new Float64Array(n * n); // rows are eigenvectors
  for (let i = 0; i < n; i++) turns[i * n + i] = 1;
  const negligible = EPSILON * 2 ** -4 * Math.sqrt(a.reduce((sum, x) => sum + x * x, 0)) / n;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        const off = a[p * n + q]!;
        if (!(Math.abs(off) > negligible)) continue;
        rotated = true;
        const zeta = (a[q * n + q]! - a[p * n + p]!) / (2 * off);
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const c = 1 / Math.hypot(1, t);
        rotate(a, p, q, n, c, c * t);
        rotateColumns(a, p, q, n, c, c * t);
        a[p * n + q] = 0;
        a[q * n + p] = 0;
        rotate(turns, p, q, n, c, c * t);
      }
    }
    if (!rotated) break;
  }
  const order = Array.from({ length: n }, (_, i) => i)
    .sort((i, j) => a[i * n + i]! - a[j * n + j]!);
  const v = new Float64Array(n * n);
  order.forEach((from, column) => {
    for (let k = 0; k < n; k++) v[k * n + column] = turns[from * n + k]!;
  });
  return { w: Float64Array.from(order, (i) => a[i * n + i]!), v };
}

function rotateColumns(
  x: Float64Array,
  p: number,
  q: number,
  n: number,
  c: number,
  s: number,
): void {
  for (let k = 0; k < n; k++) {
    const [a, b] = [x[k * n + p]!, x[k * n + q]!];
    x[k * n + p] = c * a - s * b;
    x[k * n + q] = s * a + c * b;
  }
}
