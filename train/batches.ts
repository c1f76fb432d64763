import { foldIn, randomBits, type Tensor, tensor } from "../core/mod.ts";

/** One batch of token sequences, [B, T] each; labels are -100 where the loss does not count. */
export type Batch = {
  readonly input_ids: Tensor;
  readonly labels: Tensor;
  readonly attention_mask?: Tensor;
};

/** Sequences of one length: row i is `ids[i·T]` to `ids[(i + 1)·T - 1]`. */
export type Dataset = {
  /** Number of sequences. */
  readonly rows: number;
  /** Tokens a sequence, T. */
  readonly seqLen: number;
  readonly ids: Int32Array;
  readonly labels: Int32Array;
  /** 1 for real tokens, 0 for padding; absent where nothing is padded. */
  readonly mask?: Uint8Array;
};

/** Where a run is in its data; part of a checkpoint. */
export type Position = { readonly epoch: number; readonly row: number };

/** The rows of a dataset in the order of an epoch: a permutation that depends on (key, epoch) only. */
export async function epochOrder(key: Tensor, epoch: number, rows: number): Promise<Uint32Array> {
  const bits = await randomBits(foldIn(key, epoch), [rows]).data();
  return Uint32Array.from(
    Array.from({ length: rows }, (_, i) => i).sort((a, b) => {
      return bits[a]! - bits[b]! || a - b;
    }),
  );
}

/** The rows named, as one batch. */
export function gatherBatch(data: Dataset, rows: ArrayLike<number>): Batch {
  const shape = [rows.length, data.seqLen];
  const take = <T extends Int32Array | Uint8Array>(from: T, into: T): T => {
    for (let i = 0; i < rows.length; i++) {
      const start = rows[i]! * data.seqLen;
      into.set(from.subarray(start, start + data.seqLen), i * data.seqLen);
    }
    return into;
  };
  const count = rows.length * data.seqLen;
  return {
    input_ids: tensor(take(data.ids, new Int32Array(count)), { shape }),
    labels: tensor(take(data.labels, new Int32Array(count)), { shape }),
    ...(data.mask && {
      attention_mask: tensor(take(data.mask, new Uint8Array(count)), { shape, dtype: "i32" }),
    }),
  };
}

/**
 * Batches without end, shuffled anew every epoch, from `position` on (default: the beginning); each
 * comes with the position after it. The last batch of an epoch is filled up from the next one, so all have one shape.
 */
export async function* shuffledBatches(
  data: Dataset,
  options: { readonly key: Tensor; readonly batchSize: number; readonly position?: Position },
): AsyncGenerator<{ readonly batch: Batch; readonly next: Position }> {
  const { key, batchSize } = options;
  let { epoch, row } = options.position ?? { epoch: 0, row: 0 };
  let order = await epochOrder(key, epoch, data.rows);
  while (true) {
    const rows = new Uint32Array(batchSize);
    for (let i = 0; i < batchSize; i++) {
      if (row >= data.rows) {
        row = 0;
        order = await epochOrder(key, ++epoch, data.rows);
      }
      rows[i] = order[row++]!;
    }
    yield { batch: gatherBatch(data, rows), next: { epoch, row } };
  }
}

/** Every row once, in order; the last batch may be smaller. */
export function* batchesInOrder(data: Dataset, batchSize: number): Generator<Batch> {
  for (let start = 0; start < data.rows; start += batchSize) {
    const count = Math.min(batchSize, data.rows - start);
    yield gatherBatch(data, Array.from({ length: count }, (_, i) => start + i));
  }
}
