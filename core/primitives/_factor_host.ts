import { type Shape, sizeOf } from "../shape.ts";

/** A matrix on the host, row by row. */
export type HostMatrix = { readonly data: Float64Array; readonly m: number; readonly n: number };

/** Every matrix of a batch, each a view into `data`. */
export function matricesOf(data: Float64Array, shape: Shape): HostMatrix[] {
  const [m, n] = shape.slice(-2) as [number, number];
  const count = sizeOf(shape.slice(0, -2));
  return Array.from({ length: count }, (_, i) => ({
    data: data.subarray(i * m * n, (i + 1) * m * n),
    m,
    n,
  }));
}

/** Arrays one after another. */
export function joined(parts: readonly Float64Array[]): Float64Array {
  const result = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** Matrix with rows and columns exchanged. */
export function flipped({ data, m, n }: HostMatrix): HostMatrix {
  const result = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) result[j * m + i] = data[i * n + j]!;
  return { data: result, m: n, n: m };
}

/** L of A = L Lᵀ, of the lower triangle of A; all of it NaN where A is not positive definite. */
export function choleskyHost({ data, n }: HostMatrix): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = data[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      if (i !== j) l[i * n + j] = sum / l[j * n + j]!;
      else if (sum > 0) l[i * n + i] = Math.sqrt(sum);
      else return l.map((_, at) => at % n <= Math.floor(at / n) ? NaN : 0);
    }
  }
  return l;
}

/** P A = L U by partial pivoting: L below the diagonal and U above in one matrix. */
export function luHost({ data, n }: HostMatrix): {
  lu: Float64Array;
  rows: Float64Array;
  sign: number;
} {
  const lu = data.slice();
  const rows = Float64Array.from({ length: n }, (_, i) => i);
  let sign = 1;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) {
      if (Math.abs(lu[i * n + k]!) > Math.abs(lu[pivot * n + k]!)) pivot = i;
    }
    if (pivot !== k) {
      sign = -sign;
      swapRows(lu, n, pivot, k);
      [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    }
    const top = lu[k * n + k]!;
    if (top === 0) continue;
    for (let i = k + 1; i < n; i++) {
      const factor = lu[i * n + k]! / top;
      lu[i * n + k] = factor;
      for (let j = k + 1; j < n; j++) lu[i * n + j] = lu[i * n + j]! - factor * lu[k * n + j]!;
    }
  }
  return { lu, rows, sign };
}

function swapRows(data: Float64Array, n: number, a: number, b: number): void {
  for (let j = 0; j < n; j++) {
    const kept = data[a * n + j]!;
    data[a * n + j] = data[b * n + j]!;
    data[b * n + j] = kept;
  }
}

/** Q [m, k] and R [k, n] of A = Q R by Householder reflections, k = min(m, n). */
export function qrHost(a: HostMatrix): { q: Float64Array; r: Float64Array } {
  const { m, n } = a;
  const k = Math.min(m, n);
  const columns = flipped(a).data; // column j is contiguous
  const reflectors: Float64Array[] = [];
  for (let j = 0; j < k; j++) {
    const v = columns.slice(j * m + j, (j + 1) * m);
    const norm = lengthOf(v);
    v[0] = v[0]! + (v[0]! < 0 ? -norm : norm);
    const length = lengthOf(v);
    if (length > 0) { for (let i = 0; i < v.length; i++) v[i] = v[i]! / length; }
    reflectors.push(v);
    for (let c = j; c < n; c++) reflect(columns, c * m + j, v);
  }
  const r = new Float64Array(k * n);
  for (let i = 0; i < k; i++) for (let j = i; j < n; j++) r[i * n + j] = columns[j * m + i]!;
  const qColumns = new Float64Array(k * m);
  for (let j = 0; j < k; j++) {
    qColumns[j * m + j] = 1;
    for (let i = k - 1; i >= 0; i--) reflect(qColumns, j * m + i, reflectors[i]!);
  }
  return { q: flipped({ data: qColumns, m: k, n: m }).data, r };
}

/** x - 2 v (v · x), in place, for the part of x from `at`. */
function reflect(x: Float64Array, at: number, v: Float64Array): void {
  let dot = 0;
  for (let i = 0; i < v.length; i++) dot += v[i]! * x[at + i]!;
  dot *= 2;
  for (let i = 0; i < v.length; i++) x[at + i] = x[at + i]! - dot * v[i]!;
}

function lengthOf(v: Float64Array): number {
  let largest = 0;
  for (const x of v) largest = Math.max(largest, Math.abs(x));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (const x of v) sum += (x / largest) ** 2;
  return largest * Math.sqrt(sum);
}
