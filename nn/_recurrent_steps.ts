import {
  add,
  applyWeight,
  convert,
  mul,
  sigmoid,
  split,
  sub,
  tanh,
  type Tensor,
  type Weight,
} from "../core/mod.ts";
import type { LstmState } from "./recurrent_cells.ts";

/** The half of a cell's product that comes from its own state: h Wᵀ + b. */
export type Recurrence = (hidden: Tensor) => Tensor;

/** x Wᵀ + b for [..., in]. */
export function affine(x: Tensor, weight: Weight, bias: Tensor | undefined): Tensor {
  const y = applyWeight(weight, x, { kind: "linear", inAxis: 1 });
  return bias ? add(y, convert(bias, y.dtype)) : y;
}

/** h' = f(input + recurrence(h)). */
export function rnnStep(
  input: Tensor,
  hidden: Tensor,
  recurrence: Recurrence,
  nonlinearity: (x: Tensor) => Tensor,
): Tensor {
  return nonlinearity(add(input, recurrence(hidden)));
}

/** r, z = σ(input + recurrence(h)), n = tanh(input + r · recurrence(h)), h' = (1 - z) n + z h. */
export function gruStep(input: Tensor, hidden: Tensor, recurrence: Recurrence): Tensor {
  const [inR, inZ, inN] = split(input, { sections: 3, axis: -1 });
  const [ownR, ownZ, ownN] = split(recurrence(hidden), { sections: 3, axis: -1 });
  const reset = sigmoid(add(inR!, ownR!));
  const update = sigmoid(add(inZ!, ownZ!));
  const fresh = tanh(add(inN!, mul(reset, ownN!)));
  return add(mul(sub(1, update), fresh), mul(update, hidden));
}

/** i, f, g, o = input + recurrence(h); c' = σ(f) c + σ(i) tanh(g), h' = σ(o) tanh(c'). */
export function lstmStep(input: Tensor, state: LstmState, recurrence: Recurrence): LstmState {
  const gates = add(input, recurrence(state.hidden));
  const [i, f, g, o] = split(gates, { sections: 4, axis: -1 });
  const cell = add(mul(sigmoid(f!), state.cell), mul(sigmoid(i!), tanh(g!)));
  return { hidden: mul(sigmoid(o!), tanh(cell)), cell };
}
