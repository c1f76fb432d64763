import type { Dataset } from "./batches.ts";
import type { Encode } from "./text_data.ts";

/** One line of a JSONL file: the loss counts on the completion only. */
export type Completion = { readonly prompt: string; readonly completion: string };

const IGNORE = -100;

/**
 * Parses JSONL with a string `prompt` and a string `completion` a line; blank lines are skipped.
 *
 * @throws {SyntaxError} if a line is not such an object; names file and line
 */
export function parseCompletions(text: string, path: string): Completion[] {
  const lines = text.split("\n").map((line, i) => ({ line: line.trim(), number: i + 1 }));
  const found = lines.filter(({ line }) => line !== "").map(({ line, number }) => {
    const value = parseLine(line);
    if (value) return value;
    throw new SyntaxError(
      `Cannot read line ${number} of "${path}": it is not a JSON object with the strings ` +
        `"prompt" and "completion"`,
    );
  });
  if (found.length === 0) throw new SyntaxError(`Cannot read "${path}": it has no lines`);
  return found;
}

function parseLine(line: string): Completion | null {
  try {
    const value = JSON.parse(line);
    const valid = typeof value?.prompt === "string" && typeof value.completion === "string";
    return valid ? { prompt: value.prompt, completion: value.completion } : null;
  } catch {
    return null;
  }
}

/**
 * One sequence an example: prompt, completion, end token, padded on the right to `seqLen`. Labels
 * are -100 on the prompt and the padding. Longer examples are cut at the front of the prompt.
 */
export function completionDataset(
  examples: readonly Completion[],
  options: { readonly encode: Encode; readonly seqLen: number; readonly end: number },
): Dataset {
  const { encode, seqLen, end } = options;
  const ids = new Int32Array(examples.length * seqLen).fill(end);
  const labels = new Int32Array(examples.length * seqLen).fill(IGNORE);
  const mask = new Uint8Array(examples.length * seqLen);
  examples.forEach((example, row) => {
    const completion = [...encode(example.completion), end].slice(0, seqLen - 1);
    const room = seqLen - completion.length;
    const prompt = encode(example.prompt).slice(-room);
    const start = row * seqLen;
    ids.set([...prompt, ...completion], start);
    labels.set(completion, start + prompt.length);
    mask.fill(1, start, start + prompt.length + completion.length);
  });
  return { rows: examples.length, seqLen, ids, labels, mask };
}
