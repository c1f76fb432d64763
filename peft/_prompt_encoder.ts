import {
  add,
  concatenate,
  type FlatTree,
  mul,
  sigmoid,
  slice,
  splitKey,
  tanh,
  type Tensor,
  type Tree,
  unflattenPaths,
  uniform,
  zeros,
} from "../core/mod.ts";
import { linear } from "../nn/mod.ts";

/** Weight [out, in] and bias [out]. */
export type LinearTensors = { readonly weight: Tensor; readonly bias: Tensor };

/** Tensors of a bidirectional LSTM, by PyTorch's names: weight_ih_l0, bias_hh_l1_reverse ... */
export type LstmTensors = { readonly [name: string]: Tensor };

/** A linear layer as PyTorch starts it: uniform within 1/√in. */
export function initLinear(key: Tensor, inputs: number, outputs: number): LinearTensors {
  const [forWeight, forBias] = splitKey(key);
  const bound = 1 / Math.sqrt(inputs);
  const range = { minval: -bound, maxval: bound };
  return {
    weight: uniform(forWeight, [outputs, inputs], range),
    bias: uniform(forBias, [outputs], range),
  };
}

/** An LSTM of `layers` layers as PyTorch starts it. */
export function initLstm(
  key: Tensor,
  sizes: { readonly inputs: number; readonly hidden: number; readonly layers: number },
): LstmTensors {
  const { inputs, hidden, layers } = sizes;
  const bound = 1 / Math.sqrt(hidden);
  const shapes = Array.from(
    { length: layers },
    (_, layer) =>
      ["", "_reverse"].flatMap((way): readonly (readonly [string, readonly number[]])[] => [
        [`weight_ih_l${layer}${way}`, [4 * hidden, layer === 0 ? inputs : 2 * hidden]],
        [`weight_hh_l${layer}${way}`, [4 * hidden, hidden]],
        [`bias_ih_l${layer}${way}`, [4 * hidden]],
        [`bias_hh_l${layer}${way}`, [4 * hidden]],
      ]),
  ).flat();
  const keys = splitKey(key, shapes.length);
  return Object.fromEntries(shapes.map(([name, shape], i) => [
    name,
    uniform(keys[i]!, shape, { minval: -bound, maxval: bound }),
  ]));
}

/** A bidirectional LSTM over rows [N, in], as PyTorch's: [N, 2 hidden] of the last layer. */
export function lstm(params: LstmTensors, rows: Tensor): Tensor {
  let layer = 0;
  let x = rows;
  while (params[`weight_ih_l${layer}`]) {
    const forth = direction(params, x, `l${layer}`);
    const back = direction(params, x, `l${layer}_reverse`);
    x = concatenate([forth, back], { axis: 1 });
    layer++;
  }
  return x;
}

function direction(params: LstmTensors, x: Tensor, suffix: string): Tensor {
  const reverse = suffix.endsWith("_reverse");
  const count = x.shape[0]!;
  const input = { weight: params[`weight_ih_${suffix}`]!, bias: params[`bias_ih_${suffix}`]! };
  const recurrent = { weight: params[`weight_hh_${suffix}`]!, bias: params[`bias_hh_${suffix}`]! };
  const hidden = recurrent.weight.shape[1]!;
  const given = linear(input, x); // [N, 4 hidden]
  const outputs: Tensor[] = [];
  let [h, c] = [zeros([1, hidden]), zeros([1, hidden])];
  for (let step = 0; step < count; step++) {
    const at = reverse ? count - 1 - step : step;
    const row = slice(given, { start: [at, 0], stop: [at + 1, 4 * hidden] });
    const gates = add(row, linear(recurrent, h)); // input, forget, cell, output
    const gate = (i: number): Tensor =>
      slice(gates, { start: [0, i * hidden], stop: [1, (i + 1) * hidden] });
    c = add(mul(sigmoid(gate(1)), c), mul(sigmoid(gate(0)), tanh(gate(2))));
    h = mul(sigmoid(gate(3)), tanh(c));
    outputs[at] = h;
  }
  return concatenate(outputs, { axis: 0 });
}

/** An encoder among a file's tensors, named "prompt_encoder." and so on; undefined if none is. */
export function readEncoder<E extends Tree>(tensors: FlatTree): E | undefined {
  const prefix = "prompt_encoder.";
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  if (own.length === 0) return undefined;
  return unflattenPaths(own.map(([name, x]) => [name.slice(prefix.length), x] as const)) as E;
}
