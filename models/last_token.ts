import {
  equal,
  expandDims,
  iota,
  max,
  notEqual,
  slice,
  sum,
  type Tensor,
  where,
} from "../core/mod.ts";

/** What `lastToken` goes by. */
export type LastTokenOptions = {
  /** Token ids [B, T], where there are any. */
  readonly ids?: Tensor | undefined;
  /** The id that fills up short rows. */
  readonly pad_token_id: number | null;
};

/**
 * The hidden state of the last token that is not padding, [B, T, D] to [B, D]: what decoders
 * classify a text by.
 *
 * It goes by the ids, whatever the attention mask says; without ids it is the last column.
 *
 * @throws {RangeError} if there are several rows and no padding id is known
 */
export function lastToken(hidden: Tensor, options: LastTokenOptions): Tensor {
  const { ids, pad_token_id } = options;
  const [batch, time] = hidden.shape as readonly [number, number];
  if (pad_token_id === null && batch !== 1) {
    throw new RangeError(
      `Cannot classify ${batch} texts at once: the config has no pad_token_id; set one`,
    );
  }
  const columns = iota([batch, time], { axis: 1, dtype: "i32" });
  const byIds = ids && pad_token_id !== null && ids.shape[1] === time;
  const last = byIds
    ? max(where(notEqual(ids, pad_token_id), columns, 0), { axes: [1], keepDims: true })
    : time - 1;
  const isLast = expandDims(equal(columns, last), 2); // [B, T, 1]
  return sum(where(isLast, hidden, 0), { axes: [1] });
}

/** The last column, [B, T, D] to [B, 1, D]. */
export function lastColumn(hidden: Tensor): Tensor {
  const [batch, time, width] = hidden.shape as readonly [number, number, number];
  return slice(hidden, { start: [0, time - 1, 0], stop: [batch, time, width] });
}
