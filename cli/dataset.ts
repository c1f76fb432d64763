import type { Json } from "../mod.ts";
import type { Tokenizer } from "../hub/mod.ts";
import {
  completionDataset,
  type Dataset,
  packTokens,
  parseCompletions,
  readTextFiles,
} from "../train/mod.ts";
import { UsageError } from "./errors.ts";

/** How files become sequences. */
export type DatasetOptions = {
  readonly tokenizer: Tokenizer;
  readonly seqLen: number;
};

const DEFAULT_SEQ_LEN = 256;

/**
 * The sequences of text files, or of .jsonl files with prompts and completions.
 *
 * @throws {UsageError} for a mixture of both
 */
export async function readDataset(
  paths: readonly string[],
  { tokenizer, seqLen }: DatasetOptions,
): Promise<Dataset> {
  const texts = await readTextFiles(paths);
  const encode = (text: string): number[] => tokenizer.encode(text, { addSpecialTokens: false });
  const { eos } = tokenizer.specialIds;
  const isJsonl = (path: string): boolean => path.endsWith(".jsonl");
  if (!paths.some(isJsonl)) {
    const separator = eos === undefined ? {} : { separator: eos };
    return packTokens(texts.map(encode), { seqLen, ...separator });
  }
  if (!paths.every(isJsonl)) {
    throw new UsageError("Cannot mix .jsonl files with other --data: give one kind");
  }
  if (eos === undefined) {
    throw new UsageError(
      "Cannot end the completions of .jsonl files: the tokenizer has no eos_token; name one in " +
        "tokenizer_config.json",
    );
  }
  const examples = paths.flatMap((path, i) => parseCompletions(texts[i]!, path));
  return completionDataset(examples, { encode, seqLen, end: eos });
}

/**
 * The length of sequences: what is asked for, by default 256, as far as the model has positions.
 *
 * @param virtual positions that virtual tokens take
 * @throws {UsageError} if more is asked for
 */
export function chooseSeqLen(
  wanted: number | undefined,
  config: { readonly [field: string]: Json },
  virtual = 0,
): number {
  const found = config.max_position_embeddings ?? config.n_positions;
  const positions = typeof found === "number" ? found : Infinity;
  const most = positions - virtual;
  if (most < 2) {
    throw new UsageError(
      `Cannot use ${virtual} virtual tokens: the model has ${positions} positions`,
    );
  }
  if (wanted === undefined) return Math.min(DEFAULT_SEQ_LEN, most);
  if (wanted <= most) return wanted;
  const taken = virtual === 0 ? "" : `, and virtual tokens take ${virtual} of them`;
  throw new UsageError(
    `Cannot use --seq-len ${wanted}: the model has ${positions} positions${taken}`,
  );
}
