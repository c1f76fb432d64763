import type { HostArray } from "../host.ts";
import {
  attentionOperands,
  type AttentionParams,
  type AttentionPart,
  attentionSizes,
} from "./_attention_parts.ts";
import { accumulate, dot, elementAt, spreadAt, visitRows } from "./_attention_rows.ts";

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
