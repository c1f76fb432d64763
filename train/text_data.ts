import { cannotRead } from "../hub/mod.ts";
import type { Dataset } from "./batches.ts";

/** Text to token ids. */
export type Encode = (text: string) => readonly number[];

/**
 * Reads text files as UTF-8.
 *
 * @throws {TypeError} if a file is empty or is no text; names it
 */
export async function readTextFiles(paths: readonly string[]): Promise<string[]> {
  return await Promise.all(paths.map(readTextFile));
}

async function readTextFile(path: string): Promise<string> {
  const bytes = await Deno.readFile(path).catch((error) => {
    throw cannotRead(path, error);
  });
  if (bytes.length === 0) {
    throw new TypeError(`Cannot read "${path}": the file is empty; give a text file`);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new TypeError(`Cannot read "${path}": it is not UTF-8 text; convert it first`);
  }
  if (text.includes("\0")) {
    throw new TypeError(`Cannot read "${path}": it holds NUL bytes, so it is no text file`);
  }
  if (text.trim() === "") {
    throw new TypeError(`Cannot read "${path}": it holds nothing but white space`);
  }
  return text;
}

/**
 * Documents end to end, a separator after each, cut into sequences of `seqLen` tokens; what is left
 * over at the end is dropped. Labels are the ids: the loss shifts them.
 *
 * @throws {RangeError} if there are fewer tokens than one sequence
 */
export function packTokens(
  documents: readonly (readonly number[])[],
  options: { readonly seqLen: number; readonly separator?: number },
): Dataset {
  const { seqLen, separator } = options;
  const extra = separator === undefined ? 0 : 1;
  const total = documents.reduce((sum, document) => sum + document.length + extra, 0);
  const rows = Math.floor(total / seqLen);
  if (rows === 0) {
    throw new RangeError(
      `Cannot pack ${total} tokens into sequences of ${seqLen}: the text is shorter than one; ` +
        `give more text or a smaller --seq-len`,
    );
  }
  const all = new Int32Array(total);
  let at = 0;
  for (const document of documents) {
    all.set(document, at);
    at += document.length;
    if (separator !== undefined) all[at++] = separator;
  }
  const ids = all.slice(0, rows * seqLen);
  return { rows, seqLen, ids, labels: ids };
}

/**
 * The last part of a dataset, held out for evaluation, and the rest. At least one sequence goes to
 * each.
 *
 * @throws {RangeError} if there is only one sequence
 */
export function splitHeldOut(
  data: Dataset,
  fraction: number,
): { readonly training: Dataset; readonly heldOut: Dataset } {
  if (data.rows < 2) {
    throw new RangeError(
      `Cannot hold out a part of ${data.rows} sequence: two are needed; ` +
        `give more text or a smaller --seq-len`,
    );
  }
  const held = Math.min(data.rows - 1, Math.max(1, Math.round(data.rows * fraction)));
  const cut = data.rows - held;
  return { training: rowsOf(data, 0, cut), heldOut: rowsOf(data, cut, data.rows) };
}

function rowsOf(data: Dataset, from: number, to: number): Dataset {
  const [start, end] = [from * data.seqLen, to * data.seqLen];
  return {
    rows: to - from,
    seqLen: data.seqLen,
    ids: data.ids.subarray(start, end),
    labels: data.labels.subarray(start, end),
    ...(data.mask && { mask: data.mask.subarray(start, end) }),
  };
}
