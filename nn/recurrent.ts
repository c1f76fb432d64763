import { tanh, type Tensor, type Weight } from "../core/mod.ts";
import type { DropoutOptions } from "./dropout.ts";
import { recurrentNetwork } from "./_recurrent_network.ts";
import { gruStep, lstmStep, type Recurrence, rnnStep } from "./_recurrent_steps.ts";

/**
 * Parameters of a recurrent network as PyTorch names them: for layer n `weight_ih_l<n>` [k H, I],
 * `weight_hh_l<n>` [k H, H], `bias_ih_l<n>` and `bias_hh_l<n>` [k H] if there are any; and the same
 * with `_reverse` for the direction from the end. What there is says how many layers and directions
 * there are. The second layer's I is H times the directions.
 */
export type RecurrentParams = {
  readonly [name: `weight_ih_l${string}`]: Weight;
  readonly [name: `weight_hh_l${string}`]: Weight;
  readonly [name: `bias_ih_l${string}`]: Tensor;
  readonly [name: `bias_hh_l${string}`]: Tensor;
};

/** Options of all recurrent networks. */
export type RecurrentOptions = {
  /**
   * First hidden state [L, B, H]: L is layers times directions, a layer's directions together.
   * Default 0.
   */
  readonly hidden?: Tensor;
  /** Dropout of what a layer hands to the next. */
  readonly dropout?: DropoutOptions;
};

/** What a recurrent network returns: [B, T, directions · H], and the last hidden state [L, B, H]. */
export type RecurrentResult = { readonly output: Tensor; readonly hidden: Tensor };

/**
 * Plain recurrent network: `rnnCell` from step to step and layer to layer.
 *
 * @param params one gate
 * @param x [B, T, I]
 * @param options `hidden`, `dropout`, `nonlinearity` (default tanh)
 * @returns `output` [B, T, directions · H] and the last `hidden` [L, B, H]
 * @throws {TreeError} if parameters are missing or unknown
 * @throws {ShapeError} if shapes do not fit
 */
export function rnn(
  params: RecurrentParams,
  x: Tensor,
  options: RecurrentOptions & { readonly nonlinearity?: (x: Tensor) => Tensor } = {},
): RecurrentResult {
  const { nonlinearity = tanh } = options;
  return single(params, x, options, (input, hidden, recurrence) => {
    return rnnStep(input, hidden, recurrence, nonlinearity);
  });
}

/**
 * Network of gated recurrent units: `gruCell` from step to step and layer to layer.
 *
 * @param params three gates: r, z, n
 * @param x [B, T, I]
 * @param options `hidden`, `dropout`
 * @returns `output` [B, T, directions · H] and the last `hidden` [L, B, H]
 * @throws {TreeError} if parameters are missing or unknown
 * @throws {ShapeError} if shapes do not fit
 */
export function gru(
  params: RecurrentParams,
  x: Tensor,
  options: RecurrentOptions = {},
): RecurrentResult {
  return single(params, x, options, gruStep);
}

/**
 * Long short-term memory: `lstmCell` from step to step and layer to layer.
 *
 * @param params four gates: i, f, g, o
 * @param x [B, T, I]
 * @param options `hidden` and `cell` [L, B, H], `dropout`
 * @returns `output` [B, T, directions · H] and the last `hidden` and `cell` [L, B, H]
 * @throws {TreeError} if parameters are missing or unknown
 * @throws {ShapeError} if shapes do not fit
 */
export function lstm(
  params: RecurrentParams,
  x: Tensor,
  options: RecurrentOptions & { readonly cell?: Tensor } = {},
): RecurrentResult & { readonly cell: Tensor } {
  const { output, states } = recurrentNetwork(params, x, {
    dropout: options.dropout,
    first: [options.hidden, options.cell],
    step: (input, [hidden, cell], recurrence) => {
      const next = lstmStep(input, { hidden: hidden!, cell: cell! }, recurrence);
      return [next.hidden, next.cell];
    },
  });
  return { output, hidden: states[0]!, cell: states[1]! };
}

function single(
  params: RecurrentParams,
  x: Tensor,
  options: RecurrentOptions,
  step: (input: Tensor, hidden: Tensor, recurrence: Recurrence) => Tensor,
): RecurrentResult {
  const { output, states } = recurrentNetwork(params, x, {
    dropout: options.dropout,
    first: [options.hidden],
    step: (input, [hidden], recurrence) => [step(input, hidden!, recurrence)],
  });
  return { output, hidden: states[0]! };
}
