import {
  type Frame,
  isHidden,
  multiply,
  packColumns,
  packRows,
  packSummed,
  queriesOf,
  type Range,
  rowsOf,
  score,
  sharedHead,
  sumsOf,
  visibleKeys,
  widthOf,
} from "./frame.ts";
import { KEYS, PITCH } from "./tile.ts";

/** Results and logarithms of sums of a block of queries of one head, over blocks of keys. */
export function attendForward(frame: Frame, task: number): void {
  const { thread: { products: { attention } }, step, at } = frame;
  const { size } = step.sizes;
  const { text, head, queries } = queriesOf(frame, task);
  const { from } = queries;
  const rows = queries.to - from;
  const shared = sharedHead(frame, head);
  const out = rowsOf(frame, step.results.out!, text, head, from);
  const lse = sumsOf(frame, step.results.lse!, text, head, from);
  packRows(frame, rowsOf(frame, step.query, text, head, from), rows, size, at.queries);
  const end = visibleKeys(frame, queries);
  let isFirst = true;
  for (let key = 0; key < end; key += KEYS) {
    const keys: Range = { from: key, to: Math.min(end, key + KEYS) };
    const block = { text, head, queries, keys };
    if (isHidden(frame, block)) continue;
    const count = keys.to - key;
    packColumns(frame, rowsOf(frame, step.key, text, shared, key), count, size, at.right);
    const scores = { address: at.scores, pitch: PITCH };
    multiply(frame, [at.queries, at.right], scores, [rows, count, size], 0);
    score(frame, block);
    const first = isFirst ? 1 : 0;
    const sums = [at.sums, out.address, out.pitch, size, first] as const;
    attention.softmax(at.scores, rows, widthOf(keys), PITCH, ...sums);
    packRows(frame, scores, rows, count, at.left);
    packSummed(frame, rowsOf(frame, step.value, text, shared, key), count, size, at.right);
    multiply(frame, [at.left, at.right], out, [rows, size, count], isFirst ? 0 : 1);
    isFirst = false;
  }
  if (isFirst) {
    attention.zeroRows(out.address, out.pitch, rows, 4 * size);
    attention.zeroRows(lse.address, lse.pitch, rows, 4);
  } else attention.finish(out.address, out.pitch, rows, size, at.sums, lse.address, lse.pitch);
}
