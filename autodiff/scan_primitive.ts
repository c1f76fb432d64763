import {
  type Aval,
  bind,
  definePrimitive,
  type HostArray,
  moveAxis,
  type Primitive,
  type Tensor,
} from "../core/mod.ts";
import { broadcastFront, intern, sizeOf } from "../core/internal.ts";
import { batchGraph, batchGraphTo } from "./batch_graph.ts";
import { interpret } from "./interpret.ts";
import { scanJvp } from "./_scan_jvp.ts";
import type { ScanParams } from "./_scan_params.ts";
import { scanTranspose } from "./_scan_transpose.ts";

type Tensors = readonly Tensor[];

/** Constants, first carry and stacked inputs to last carry and stacked outputs. */
export const scanP: Primitive<readonly Tensor[], readonly Tensor[], ScanParams> = definePrimitive<
  Tensors,
  Tensors,
  ScanParams
>({
  name: "scan",
  infer: (_inputs, { body, carry, length }) =>
    body.outputs.map((v, i) => i < carry ? body.avals[v]! : stacked(body.avals[v]!, length)),
  evaluate: evaluateScan,
  jvp: (primals, tangents, params) => scanJvp(scanP, primals, tangents, params),
  transpose: (cts, operands, params) => scanTranspose(scanP, cts, operands, params),
  batch: batchScan,
  loop: (params) => ({ kind: "scan", ...params }),
});

function stacked(aval: Aval, length: number): Aval {
  return { shape: [length, ...aval.shape], dtype: aval.dtype };
}

function evaluateScan(
  inputs: readonly HostArray[],
  { body, consts, carry, length, reverse }: ScanParams,
  outs: readonly Aval[],
): Float64Array[] {
  const invariant = inputs.slice(0, consts);
  const scanned = inputs.slice(consts + carry);
  let state = inputs.slice(consts, consts + carry);
  const stacks = outs.slice(carry).map((aval) => new Float64Array(sizeOf(aval.shape)));
  for (let step = 0; step < length; step++) {
    const at = reverse ? length - 1 - step : step;
    const results = interpret(body, [...invariant, ...state, ...scanned.map((x) => row(x, at))]);
    state = results.slice(0, carry);
    stacks.forEach((stack, i) => {
      const { data } = results[carry + i]!;
      stack.set(data, at * data.length);
    });
  }
  return [...state.map((x) => x.data), ...stacks];
}

function row({ data, shape, dtype }: HostArray, at: number): HostArray {
  const inner = shape.slice(1);
  const size = sizeOf(inner);
  return { data: data.subarray(at * size, (at + 1) * size), shape: inner, dtype };
}

/** The batch axis goes behind the axis of steps; carries become batched until none changes. */
function batchScan(
  inputs: Tensors,
  batched: readonly boolean[],
  params: ScanParams,
  size: number,
): Tensors {
  const { body, consts, carry } = params;
  let mask = batched.slice();
  for (;;) {
    const { batched: outputs } = batchGraph(body, mask, size);
    const next = mask.map((b, i) => b || (isCarry(i) && outputs[i - consts]!));
    if (next.every((b, i) => b === mask[i])) break;
    mask = next;
  }
  function isCarry(i: number): boolean {
    return i >= consts && i < consts + carry;
  }
  const operands = inputs.map((x, i) => {
    if (isCarry(i)) return mask[i] && !batched[i] ? broadcastFront(x, size) : x;
    return i >= consts && batched[i] ? moveAxis(x, 0, 1) : x;
  });
  const forced = body.outputs.map((_, i) => i < carry && mask[consts + i]!);
  const graph = intern(batchGraphTo(body, mask, size, forced));
  const { batched: outputs } = batchGraph(body, mask, size);
  const results = bind(scanP, operands, { ...params, body: graph });
  return results.map((y, i) => {
    if (!(outputs[i] || forced[i])) return broadcastFront(y, size);
    return i < carry ? y : moveAxis(y, 1, 0);
  });
}
