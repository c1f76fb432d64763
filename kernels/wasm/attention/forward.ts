import {
  type Frame,
  isHidden,
  multiply,
  packColumns,
  packRows,
  packSummed,
  type Range,
  rowsOf,
  score,
  sumsOf,
  visibleKeys,
  widthOf,
} from "./frame.ts";
import { KEYS, PITCH, QUERIES } from "./tile.ts";

/** Results and logarithms of sums of a block of queries of one head, over blocks of keys. */
export function attendForward(frame: Frame, task: number): void {
  const { thread: { products: { attention } }, step, at } = frame;
  const { sizes: { time, heads, groups, size } } = step;
  const blocks = Math.ceil(time / QUERIES);
  const head = Math.floor(task / blocks) % heads;
  const text = Math.floor(task / (blocks * heads));
  // Under a causal mask the last queries see most: they begin first.
  const from = (blocks - 1 - task % blocks) * QUERIES;
  const queries: Range = { from, to: Math.min(time, from + QUERIES) };
  const rows = queries.to - from;
  const shared = Math.floor(head * groups / heads);
  const out = rowsOf(frame, step.results.out!, text, head, from);
  const lse = sumsOf(frame, step.results.lse!, [text, head], from);
  packRows(frame, rowsOf(frame, step.query, text, head, from), rows, size, at.queries);
  const end = visibleKeys(frame, queries);
  let isFirst = true;
  for (let key = 0; key < end; key += KEYS) {
    const keys: Range = { from: key, to: Math.min(end, key + KEYS) };
    if (isHidden(frame, [text, head], queries, keys)) continue;
    const count = keys.to - key;
    packColumns(frame, rowsOf(frame, step.key, text, shared, key), count, size, at.right);
    const scores = { address: at.scores, pitch: PITCH };
    multiply(frame, [at.queries, at.right], scores, [rows, count, size], 0);
    score(frame, [text, head], queries, keys);
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
