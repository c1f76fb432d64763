import {
  concatenate,
  convert,
  foldIn,
  ShapeError,
  squeeze,
  stack,
  swapAxes,
  tanh,
  type Tensor,
  weightShape,
  zeros,
} from "../core/mod.ts";
import { scan } from "../autodiff/mod.ts";
import { formatShape, sameShape, sliceAxis } from "../core/internal.ts";
import { dropout } from "./dropout.ts";
import { recurrentLayers, type RecurrentParams } from "./recurrent_params.ts";
import type { RecurrentCellParams } from "./recurrent_cells.ts";
import { affine, gruStep, lstmStep, type Recurrence, rnnStep } from "./_recurrent_steps.ts";

/** Options of all recurrent networks. */
export type RecurrentOptions = {
  /**
   * First hidden state [L, B, H]: L is layers times directions, a layer's directions together.
   * Default 0.
   */
  readonly hidden?: Tensor;
  /** Dropout of what a layer hands to the next. */
  readonly dropout?: { readonly rate: number; readonly key?: Tensor | undefined };
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
  const { output, states } = network(params, x, options, {
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
  const { output, states } = network(params, x, options, {
    first: [options.hidden],
    step: (input, [hidden], recurrence) => [step(input, hidden!, recurrence)],
  });
  return { output, hidden: states[0]! };
}

/** First states [L, B, H] where they are given, and from one state to the next; the first is h. */
type Cell = {
  readonly first: readonly (Tensor | undefined)[];
  readonly step: (
    input: Tensor,
    state: readonly Tensor[],
    recurrence: Recurrence,
  ) => readonly Tensor[];
};

function network(
  params: RecurrentParams,
  x: Tensor,
  { dropout: drop }: RecurrentOptions,
  { first, step }: Cell,
): { readonly output: Tensor; readonly states: readonly Tensor[] } {
  const layers = recurrentLayers(params);
  const starts = firstStates(layers, x, first); // of each state, of each layer and direction
  const ends: (readonly Tensor[])[] = [];
  let output = x;
  for (const [layer, cells] of layers.entries()) {
    const key = drop?.key && layer > 0 ? foldIn(drop.key, layer) : undefined;
    const input = drop ? dropout(output, { rate: drop.rate, key }) : output;
    const runs = cells.map((cell, direction) => {
      const state = starts.map((each) => each[ends.length + direction]!);
      return run(cell, input, state, { reverse: direction === 1, step });
    });
    ends.push(...runs.map(({ state }) => state));
    const outputs = runs.map((each) => each.output);
    output = outputs.length === 1 ? outputs[0]! : concatenate(outputs, { axis: 2 });
  }
  return { output, states: first.map((_, i) => stack(ends.map((state) => state[i]!))) };
}

/** One layer in one direction. The products with the inputs are one, outside of the loop. */
function run(
  cell: RecurrentCellParams,
  x: Tensor,
  state: readonly Tensor[],
  { reverse, step }: { readonly reverse: boolean; readonly step: Cell["step"] },
): { readonly output: Tensor; readonly state: readonly Tensor[] } {
  const inputs = affine(x, cell.weight_ih, cell.bias_ih); // [B, T, k H]
  const recurrence: Recurrence = (hidden) => affine(hidden, cell.weight_hh, cell.bias_hh);
  const [last, outputs] = scan(
    (carry: readonly Tensor[], input: Tensor) => {
      const next = step(input, carry, recurrence);
      return [next, next[0]!] as const;
    },
    state.map((each) => convert(each, inputs.dtype)),
    swapAxes(inputs, 0, 1), // [T, B, k H]
    { reverse },
  );
  return { output: swapAxes(outputs, 0, 1), state: last };
}

/** The first states [B, H] of all layers and directions, for each state that a cell has. */
function firstStates(
  layers: readonly (readonly RecurrentCellParams[])[],
  x: Tensor,
  given: Cell["first"],
): readonly (readonly Tensor[])[] {
  const cells = layers.flat();
  const [, inputs] = weightShape(cells[0]!.weight_ih);
  const size = weightShape(cells[0]!.weight_hh)[1]!;
  const shape = [cells.length, x.shape[0]!, size];
  const odd = given.find((state) => state && !sameShape(state.shape, shape));
  if (x.shape.length !== 3 || x.shape[2] !== inputs || odd) {
    throw new ShapeError(
      `Cannot run ${formatShape(x.shape)} through a recurrent network: [B, T, ${inputs}]` +
        (odd ? ` and states ${formatShape(shape)}, not ${formatShape(odd.shape)},` : "") +
        ` are needed`,
      "recurrent",
      [x.shape],
    );
  }
  return given.map((state) =>
    cells.map((_, i) =>
      state
        ? squeeze(sliceAxis(state, { axis: 0, start: i, stop: i + 1 }), { axes: [0] })
        : zeros(shape.slice(1), { dtype: x.dtype })
    )
  );
}
