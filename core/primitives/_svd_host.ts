import { eighHost, rotateRows } from "./_eigh_host.ts";
import { flipped, type HostMatrix, qrHost } from "./_factor_host.ts";

const SWEEPS = 40;
const EPSILON = 2 ** -52;

/** Thin singular value decomposition, singular values descending. */
export type HostSvd = {
  readonly u: Float64Array; // [m, k]
  readonly s: Float64Array; // [k]
  readonly vt: Float64Array; // [k, n]
};

/**
 * A = Q R, then R = W diag(s) Vᵀ: the eigenvectors of R Rᵀ nearly are W, and Jacobi rotations of
 * Wᵀ R make its rows orthogonal to the last bit, whose lengths are then the singular values. So small
 * ones are as accurate as large ones, which the eigenvalues of a square are not.
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
  const w = eighHost({ data: gram(r, n), m: n, n }).rows;
  const work = product(w, r, n);
  orthogonalize(work, w, n);
  const lengths = Float64Array.from({ length: n }, (_, j) => Math.sqrt(dot(work, j, work, j, n)));
  const order = Array.from(lengths.keys()).sort((i, j) => lengths[j]! - lengths[i]!);
  const s = Float64Array.from(order, (j) => lengths[j]!);
  const vt = new Float64Array(n * n);
  const wt = new Float64Array(n * n);
  order.forEach((j, i) => {
    wt.set(w.subarray(j * n, (j + 1) * n), i * n);
    for (let k = 0; k < n; k++) vt[i * n + k] = s[i]! > 0 ? work[j * n + k]! / s[i]! : 0;
  });
  completeRows(vt, n, s);
  const u = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) u[i * n + j] = dot(q, i, wt, j, n);
  }
  return { u, s, vt };
}

function dot(x: Float64Array, p: number, y: Float64Array, q: number, n: number): number {
  const [from, at] = [p * n, q * n];
  let [even, odd, k] = [0, 0, 0];
  for (; k + 1 < n; k += 2) {
    even += x[from + k]! * y[at + k]!;
    odd += x[from + k + 1]! * y[at + k + 1]!;
  }
  return k < n ? even + odd + x[from + k]! * y[at + k]! : even + odd;
}

/** R Rᵀ. */
function gram(r: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const sum = dot(r, i, r, j, n);
      result[i * n + j] = sum;
      result[j * n + i] = sum;
    }
  }
  return result;
}

function product(x: Float64Array, y: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const factor = x[i * n + k]!;
      for (let j = 0; j < n; j++) result[i * n + j] = result[i * n + j]! + factor * y[k * n + j]!;
    }
  }
  return result;
}

/** Rotates pairs of rows of `work`, and those of `turns` with them, until all are orthogonal. */
function orthogonalize(work: Float64Array, turns: Float64Array, n: number): void {
  const tolerance = 4 * EPSILON * Math.sqrt(n);
  const squares = new Float64Array(n);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let rotated = false;
    for (let i = 0; i < n; i++) squares[i] = dot(work, i, work, i, n);
    const negligible = (n * EPSILON) ** 2 * squares.reduce((a, b) => Math.max(a, b), 0);
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        const [alpha, beta] = [squares[p]!, squares[q]!];
        if (!(Math.min(alpha, beta) > negligible)) continue;
        const gamma = dot(work, p, work, q, n);
        if (!(Math.abs(gamma) > tolerance * Math.sqrt(alpha * beta))) continue;
        rotated = true;
        const zeta = (beta - alpha) / (2 * gamma);
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const c = 1 / Math.hypot(1, t);
        rotateRows(work, p, q, n, c, c * t);
        rotateRows(turns, p, q, n, c, c * t);
        squares[p] = alpha - t * gamma;
        squares[q] = beta + t * gamma;
      }
    }
    if (!rotated) return;
  }
}

/** Makes the rows of negligible singular values unit vectors orthogonal to all others. */
function completeRows(rows: Float64Array, n: number, s: Float64Array): void {
  const negligible = n * EPSILON * (s[0] ?? 0);
  for (let i = 0; i < n; i++) {
    if (s[i]! > negligible) continue;
    const row = rows.subarray(i * n, (i + 1) * n);
    for (let axis = 0; axis < n; axis++) {
      row.fill(0);
      row[axis] = 1;
      for (let pass = 0; pass < 2; pass++) {
        for (let j = 0; j < i; j++) {
          const along = dot(rows, i, rows, j, n);
          for (let k = 0; k < n; k++) row[k] = row[k]! - along * rows[j * n + k]!;
        }
      }
      const length = Math.sqrt(dot(rows, i, rows, i, n));
      if (length < 1 / (2 * n)) continue;
      for (let k = 0; k < n; k++) row[k] = row[k]! / length;
      break;
    }
  }
}
