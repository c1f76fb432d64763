import {
  concatenate,
  convert,
  foldIn,
  ShapeError,
  squeeze,
  stack,
  swapAxes,
  type Tensor,
  weightShape,
  zeros,
} from "../core/mod.ts";
import { scan } from "../autodiff/mod.ts";
import { formatShape, sameShape, sliceAxis } from "../core/internal.ts";
import { dropout, type DropoutOptions } from "./dropout.ts";
import type { RecurrentParams } from "./recurrent.ts";
import { recurrentLayers } from "./_recurrent_params.ts";
import type { RecurrentCellParams } from "./recurrent_cells.ts";
import { affine, type Recurrence } from "./_recurrent_steps.ts";

/** First states [L, B, H] where they are given, and from one state to the next; the first is h. */
export type RecurrentCell = {
  readonly first: readonly (Tensor | undefined)[];
  readonly step: (
    input: Tensor,
    state: readonly Tensor[],
    recurrence: Recurrence,
  ) => readonly Tensor[];
};

/** All layers and directions of a network: outputs [B, T, directions · H] and last states [L, B, H]. */
export function recurrentNetwork(
  params: RecurrentParams,
  x: Tensor,
  { first, step, dropout: drop }: RecurrentCell & { readonly dropout: DropoutOptions | undefined },
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
  { reverse, step }: { readonly reverse: boolean; readonly step: RecurrentCell["step"] },
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
  given: RecurrentCell["first"],
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
