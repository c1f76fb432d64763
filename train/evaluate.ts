import { jit, type Tree } from "../core/mod.ts";
import { type Batch, batchesInOrder, type Dataset } from "./batches.ts";
import type { Loss } from "./step.ts";

/** Mean loss in nats a token, and exp of it. */
export type Evaluation = { readonly loss: number; readonly perplexity: number };

/** A compiled evaluation: the loss of parameters on a dataset, without dropout. */
export type Evaluate<P extends Tree> = (params: P, data: Dataset) => Promise<Evaluation>;

/**
 * Evaluation of a loss that is a mean over the tokens that count. Batches are weighted by how many
 * tokens of theirs count, so the result is the mean over all of them.
 */
export function evaluation<P extends Tree>(
  loss: Loss<P>,
  options: { readonly batchSize: number },
): Evaluate<P> {
  const run = jit((params: P, batch: Batch) => loss(params, batch));
  return async (params, data) => {
    let sum = 0;
    let tokens = 0;
    for (const batch of batchesInOrder(data, options.batchSize)) {
      const labels = await batch.labels.data();
      const counted = countLabels(labels, data.seqLen);
      if (counted === 0) continue;
      const value = run(params, batch);
      sum += counted * await value.item();
      value.dispose();
      tokens += counted;
    }
    const mean = sum / tokens;
    return { loss: mean, perplexity: Math.exp(mean) };
  };
}

/** Labels that the shifted loss counts: every one that is not -100 and not first in its row. */
function countLabels(labels: ArrayLike<number>, seqLen: number): number {
  let count = 0;
  for (let i = 0; i < labels.length; i++) if (i % seqLen !== 0 && labels[i]! >= 0) count++;
  return count;
}
