import { formatShape } from "../core/internal.ts";
import { ShapeError, type Tensor } from "../core/mod.ts";
import type { TextInputs } from "./family.ts";

/** The token ids [B, T] of a call of `model`, which has no embeddings instead. */
export function requireIds({ input_ids }: TextInputs, model: string): Tensor {
  if (input_ids === undefined) {
    throw new ShapeError(`Cannot run ${model}: give it input_ids or inputs_embeds`, model, []);
  }
  if (input_ids.shape.length !== 2) {
    throw new ShapeError(
      `Cannot run ${model} on input_ids ${formatShape(input_ids.shape)}: a batch of texts [B, T] ` +
        `is expected; one text is expandDims(input_ids, 0)`,
      model,
      [input_ids.shape],
    );
  }
  return input_ids;
}
