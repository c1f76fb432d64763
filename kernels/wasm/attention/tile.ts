/** Sizes of the blocks that attention runs in, and where they lie in a thread's scratch. */

/** Queries of a block: rows of a product that are packed at once. */
export const QUERIES = 96;
/** Keys of a block. */
export const KEYS = 128;
/** Head sizes that the blocks have room for. */
export const MAX_SIZE = 128;
/** Elements that a pass over a block's row does at once: rows are computed up to a multiple. */
export const TOGETHER = 16;
/** Bytes from row to row of a block of scores. */
export const PITCH: number = 4 * (KEYS + TOGETHER);

/** Bytes of a packed operand: QUERIES, KEYS or MAX_SIZE rows of as many, and the rest of a panel. */
const PACKED = 96 << 10;
/** Bytes of a block of scores. */
const BLOCK = 64 << 10;
/** Bytes of a number or two for every query. */
const ROW = 4096;

/** Places in a thread's scratch, in bytes from its start. */
export type Places = {
  /** The products' tile at the edge. */
  readonly edge: number;
  /** The packed operands of the next product. */
  readonly left: number;
  readonly right: number;
  /** Packed for as long as a block lasts: queries, keys and values as columns, keys as rows. */
  readonly queries: number;
  readonly keys: number;
  readonly values: number;
  readonly keyRows: number;
  /** Blocks of scores, which become weights, and of what comes back to them. */
  readonly scores: number;
  readonly slopes: number;
  /** For every query the greatest score and the sum of weights; the mean slope. */
  readonly sums: number;
  readonly means: number;
  /** Whether a mask lets any pair of a block through. */
  readonly seen: number;
};

/** Where everything lies. */
export const PLACES: Places = layout();

function layout(): Places {
  let end = 0;
  const take = (bytes: number): number => {
    const start = end;
    end += bytes;
    return start;
  };
  return {
    edge: take(ROW),
    left: take(PACKED),
    right: take(PACKED),
    queries: take(PACKED),
    keys: take(PACKED),
    values: take(PACKED),
    keyRows: take(PACKED),
    scores: take(BLOCK),
    slopes: take(BLOCK),
    sums: take(ROW),
    means: take(ROW),
    seen: take(ROW),
  };
}
