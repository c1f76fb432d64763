import { tanh, type Tensor, type Weight } from "../core/mod.ts";
import { affine, gruStep, lstmStep, rnnStep } from "./_recurrent_steps.ts";

/**
 * Parameters of a recurrent cell with k gates: `weight_ih` [k H, I] and `weight_hh` [k H, H], biases
 * [k H] if there are any. k is 1 for a plain cell, 3 (r, z, n) for a GRU, 4 (i, f, g, o) for an LSTM.
 */
export type RecurrentCellParams = {
  readonly weight_ih: Weight;
  readonly weight_hh: Weight;
  readonly bias_ih?: Tensor;
  readonly bias_hh?: Tensor;
};

/** State of an LSTM, [B, H] each. */
export type LstmState = { readonly hidden: Tensor; readonly cell: Tensor };

/**
 * One step of a plain recurrent network: h' = f(W_ih x + b_ih + W_hh h + b_hh).
 *
 * @param params one gate
 * @param x [B, I]
 * @param state `hidden` [B, H]; `nonlinearity`: f, tanh by default
 * @returns h' [B, H]
 * @see Elman 1990, "Finding structure in time"
 */
export function rnnCell(
  params: RecurrentCellParams,
  x: Tensor,
  state: { readonly hidden: Tensor; readonly nonlinearity?: (x: Tensor) => Tensor },
): Tensor {
  const input = affine(x, params.weight_ih, params.bias_ih);
  return rnnStep(input, state.hidden, own(params), state.nonlinearity ?? tanh);
}

/**
 * One step of a gated recurrent unit:
 * r, z = σ(W_ih x + b_ih + W_hh h + b_hh), n = tanh(W_in x + b_in + r · (W_hn h + b_hn)),
 * h' = (1 - z) n + z h.
 *
 * @param params three gates: r, z, n
 * @param x [B, I]
 * @param state `hidden` [B, H]
 * @returns h' [B, H]
 * @see Cho et al. 2014, arXiv:1406.1078; with the reset inside, as PyTorch and cuDNN have it
 */
export function gruCell(
  params: RecurrentCellParams,
  x: Tensor,
  state: { readonly hidden: Tensor },
): Tensor {
  return gruStep(affine(x, params.weight_ih, params.bias_ih), state.hidden, own(params));
}

/**
 * One step of a long short-term memory: i, f, g, o = W_ih x + b_ih + W_hh h + b_hh,
 * c' = σ(f) c + σ(i) tanh(g), h' = σ(o) tanh(c').
 *
 * @param params four gates: i, f, g, o
 * @param x [B, I]
 * @param state `hidden` and `cell` [B, H]
 * @returns the new state
 * @see Hochreiter & Schmidhuber 1997; Gers et al. 2000 for the forget gate
 */
export function lstmCell(
  params: RecurrentCellParams,
  x: Tensor,
  state: LstmState,
): LstmState {
  return lstmStep(affine(x, params.weight_ih, params.bias_ih), state, own(params));
}

function own({ weight_hh, bias_hh }: RecurrentCellParams): (hidden: Tensor) => Tensor {
  return (hidden) => affine(hidden, weight_hh, bias_hh);
}
