/** Token ids of the texts to continue. Rows may differ in length. */
export type Prompts = {
  readonly input_ids: readonly (readonly number[])[];
  /** 0 where a token does not count, such as padding on the left. */
  readonly attention_mask?: readonly (readonly number[])[];
};

/** Prompts of one length. */
export type PaddedPrompts = {
  readonly ids: readonly (readonly number[])[];
  readonly mask: readonly (readonly number[])[];
};

/**
 * Prompts padded on the left to one length, at least `length`: so the next token of every row comes
 * in the same column.
 *
 * @throws {RangeError} if there is no row, an empty one, or a mask of other lengths
 */
export function padPrompts(
  prompts: Prompts,
  options: { readonly pad: number; readonly length?: number },
): PaddedPrompts {
  const { input_ids, attention_mask } = prompts;
  const masks = attention_mask ?? input_ids.map((row) => row.map(() => 1));
  const fits = input_ids.length > 0 && input_ids.every((row, i) => {
    return row.length > 0 && masks[i]?.length === row.length;
  });
  if (!fits) {
    throw new RangeError(
      `Cannot generate from ${input_ids.length} prompts: each needs a token at least, and a mask ` +
        `of its length if there is one`,
    );
  }
  const length = Math.max(options.length ?? 0, ...input_ids.map((row) => row.length));
  const fill = (row: readonly number[], value: number): number[] => [
    ...new Array<number>(length - row.length).fill(value),
    ...row,
  ];
  return {
    ids: input_ids.map((row) => fill(row, options.pad)),
    mask: masks.map((row) => fill(row, 0)),
  };
}

/** The smallest of `from`, 2 · from, 4 · from ... that `length` fits in. */
export function bucketOf(length: number, from: number): number {
  let bucket = from;
  while (bucket < length) bucket *= 2;
  return bucket;
}
