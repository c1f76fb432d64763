import type { HostArray } from "../host.ts";
import {
  type AttentionOperands,
  attentionOperands,
  type AttentionParams,
  type AttentionPart,
  type AttentionSizes,
  attentionSizes,
} from "./_attention_parts.ts";

/** The weights of one query over all keys. */
type Row = {
  readonly b: number;
  readonly h: number;
  readonly t: number;
  readonly weights: Float64Array;
  /** ln Σ e^score over the keys that are seen, 0 where none is. */
  readonly lse: number;
  /** Where its query starts in [B, T, H, K], and where a key does in [B, S, G, K]. */
  readonly query: number;
  readonly keyAt: (s: number) => number;
  readonly valueAt: (s: number) => number;
  /** Where its result starts in [B, T, H, V]; its place in [B, H, T]. */
  readonly result: number;
  readonly number: number;
};

/** Results and logarithms of sums. */
export function attentionHost(
  inputs: readonly HostArray[],
  params: AttentionParams,
): [Float64Array, Float64Array] {
  const operands = attentionOperands(inputs, params);
  const { batch, time, heads, source, valueSize } = attentionSizes(operands);
  const out = new Float64Array(batch * time * heads * valueSize);
  const lse = new Float64Array(batch * heads * time);
  visitRows(operands, params, (row) => {
    lse[row.number] = row.lse;
    for (let s = 0; s < source; s++) {
      accumulate(out, row.result, operands.value.data, row.valueAt(s), valueSize, row.weights[s]!);
    }
  });
  return [out, lse];
}

/** Tangents of results and logarithms; `tangents` by the operands that move. */
export function attentionTangentHost(
  inputs: readonly HostArray[],
  params: AttentionParams,
  tangents: Readonly<Partial<Record<AttentionPart, HostArray>>>,
): [Float64Array, Float64Array] {
  const operands = attentionOperands(inputs, params);
  const { query, key, value } = operands;
  const { batch, time, heads, source, size, valueSize } = attentionSizes(operands);
  const out = new Float64Array(batch * time * heads * valueSize);
  const lse = new Float64Array(batch * heads * time);
  const slopes = new Float64Array(source);
  visitRows(operands, params, (row) => {
    const { weights } = row;
    let mean = 0;
    for (let s = 0; s < source; s++) {
      const at = row.keyAt(s);
      let slope = 0;
      if (tangents.query) slope += dot(tangents.query.data, row.query, key.data, at, size);
      if (tangents.key) slope += dot(query.data, row.query, tangents.key.data, at, size);
      slopes[s] = params.scale * slope + elementAt(tangents.bias, row, s);
      mean += weights[s]! * slopes[s]!;
    }
    lse[row.number] = mean;
    for (let s = 0; s < source; s++) {
      const at = row.valueAt(s);
      const change = weights[s]! * (slopes[s]! - mean);
      accumulate(out, row.result, value.data, at, valueSize, change);
      if (!tangents.value) continue;
      accumulate(out, row.result, tangents.value.data, at, valueSize, weights[s]!);
    }
  });
  return [out, lse];
}

/** Cotangents of the operands in the order of their names. */
export function attentionGradHost(
  inputs: readonly HostArray[],
  params: AttentionParams,
  ct: HostArray,
  ctLse: HostArray | undefined,
): Record<AttentionPart, Float64Array> {
  const operands = attentionOperands(inputs, params);
  const { query, key, value, bias } = operands;
  const { source, size, valueSize } = attentionSizes(operands);
  const like = (x: HostArray | undefined): Float64Array => new Float64Array(x?.data.length ?? 0);
  const grads = { query: like(query), key: like(key), value: like(value), bias: like(bias) };
  const slopes = new Float64Array(source);
  visitRows(operands, params, (row) => {
    const { weights } = row;
    let mean = -(ctLse?.data[row.number] ?? 0);
    for (let s = 0; s < source; s++) {
      slopes[s] = dot(ct.data, row.result, value.data, row.valueAt(s), valueSize);
      mean += weights[s]! * slopes[s]!;
    }
    for (let s = 0; s < source; s++) {
      const slope = weights[s]! * (slopes[s]! - mean);
      const at = row.keyAt(s);
      accumulate(grads.value, row.valueAt(s), ct.data, row.result, valueSize, weights[s]!);
      accumulate(grads.query, row.query, key.data, at, size, params.scale * slope);
      accumulate(grads.key, at, query.data, row.query, size, params.scale * slope);
      if (bias) grads.bias[spreadAt(bias, row, s)]! += slope;
    }
  });
  return grads;
}

function visitRows(
  operands: AttentionOperands<HostArray>,
  params: AttentionParams,
  visit: (row: Row) => void,
): void {
  const sizes = attentionSizes(operands);
  const weights = new Float64Array(sizes.source);
  for (let b = 0; b < sizes.batch; b++) {
    for (let h = 0; h < sizes.heads; h++) {
      for (let t = 0; t < sizes.time; t++) {
        const row = rowAt(sizes, weights, b, h, t);
        visit({ ...row, lse: fillWeights(operands, params, sizes, row) });
      }
    }
  }
}

function rowAt(
  { time, source, heads, groups, size, valueSize }: AttentionSizes,
  weights: Float64Array,
  b: number,
  h: number,
  t: number,
): Omit<Row, "lse"> {
  const group = Math.floor(h * groups / heads);
  const place = (b * time + t) * heads + h;
  const keyPlace = (s: number): number => (b * source + s) * groups + group;
  return {
    b,
    h,
    t,
    weights,
    query: place * size,
    keyAt: (s) => keyPlace(s) * size,
    valueAt: (s) => keyPlace(s) * valueSize,
    result: place * valueSize,
    number: (b * heads + h) * time + t,
  };
}

/** Fills the weights of a row; the logarithm of its sum. */
function fillWeights(
  { query, key, bias, mask }: AttentionOperands<HostArray>,
  { scale, causal }: AttentionParams,
  { time, source, size }: AttentionSizes,
  row: Omit<Row, "lse">,
): number {
  const { weights } = row;
  let top = -Infinity;
  for (let s = 0; s < source; s++) {
    const isSeen = (!causal || s <= source - time + row.t) &&
      (!mask || mask.data[spreadAt(mask, row, s)] !== 0);
    const score = scale * dot(query.data, row.query, key.data, row.keyAt(s), size);
    weights[s] = isSeen ? score + elementAt(bias, row, s) : -Infinity;
    top = Math.max(top, weights[s]!);
  }
  if (top === -Infinity) {
    weights.fill(0);
    return 0;
  }
  let sum = 0;
  for (let s = 0; s < source; s++) sum += weights[s] = Math.exp(weights[s]! - top);
  for (let s = 0; s < source; s++) weights[s]! /= sum;
  return top + Math.log(sum);
}

type Place = Pick<Row, "b" | "h" | "t">;

/** Where an array over [B, H, T, S], some sides 1, has an element. */
function spreadAt({ shape }: HostArray, { b, h, t }: Place, s: number): number {
  const [sb, sh, st, ss] = shape as readonly [number, number, number, number];
  const row = ((sb === 1 ? 0 : b) * sh + (sh === 1 ? 0 : h)) * st + (st === 1 ? 0 : t);
  return row * ss + (ss === 1 ? 0 : s);
}

function elementAt(x: HostArray | undefined, place: Place, s: number): number {
  return x ? x.data[spreadAt(x, place, s)]! : 0;
}

function dot(x: Float64Array, i: number, y: Float64Array, j: number, length: number): number {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += x[i + k]! * y[j + k]!;
  return sum;
}

/** to[i ...] += factor · from[j ...]. */
function accumulate(
  to: Float64Array,
  i: number,
  from: Float64Array,
  j: number,
  length: number,
  factor: number,
): void {
  for (let k = 0; k < length; k++) to[i + k]! += factor * from[j + k]!;
}
