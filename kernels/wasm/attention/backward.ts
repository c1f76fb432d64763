import {
  type Block,
  firstQuery,
  type Frame,
  isHidden,
  multiply,
  packColumns,
  packRows,
  packSummed,
  padded,
  queriesOf,
  type Range,
  type Rows,
  rowsOf,
  score,
  sharedHead,
  sumsOf,
  visibleKeys,
  widthOf,
} from "./frame.ts";
import { KEYS, PITCH, QUERIES } from "./tile.ts";

/** All gradients of one head of keys, and of the query heads that share it. */
export function headBackward(frame: Frame, task: number): void {
  const { groups, source } = frame.step.sizes;
  const [text, group] = [Math.floor(task / groups), task % groups];
  for (const head of headsOf(frame, group)) clearQueries(frame, text, head, wholeTime(frame));
  for (let key = 0; key < source; key += KEYS) keyBlock(frame, text, group, key);
}

/** The gradients of one block of keys and values. */
export function keysBackward(frame: Frame, task: number): void {
  const { groups, source } = frame.step.sizes;
  const blocks = Math.ceil(source / KEYS);
  const number = Math.floor(task / blocks);
  keyBlock(frame, Math.floor(number / groups), number % groups, (task % blocks) * KEYS);
}

/** The gradient of one block of queries. */
export function queriesBackward(frame: Frame, task: number): void {
  const { text, head, queries } = queriesOf(frame, task);
  clearQueries(frame, text, head, queries);
  const end = visibleKeys(frame, queries);
  for (let key = 0; key < end; key += KEYS) {
    const keys: Range = { from: key, to: Math.min(end, key + KEYS) };
    const block = { text, head, queries, keys };
    if (isHidden(frame, block)) continue;
    packKeys(frame, text, sharedHead(frame, head), keys);
    pair(frame, block);
  }
}

/** The query heads that share a head of keys. */
function headsOf({ step: { sizes: { heads, groups } } }: Frame, group: number): number[] {
  const each = heads / groups;
  return Array.from({ length: each }, (_, i) => group * each + i);
}

function wholeTime({ step: { sizes: { time } } }: Frame): Range {
  return { from: 0, to: time };
}

/** Everything that comes back through one block of keys. */
function keyBlock(frame: Frame, text: number, group: number, from: number): void {
  const { thread: { products: { attention } }, step } = frame;
  const { source, time, size } = step.sizes;
  const keys: Range = { from, to: Math.min(source, from + KEYS) };
  for (const view of [step.results.key, step.results.value]) {
    if (!view) continue;
    const { address, pitch } = rowsOf(frame, view, text, group, from);
    attention.zeroRows(address, pitch, keys.to - from, 4 * size);
  }
  packKeys(frame, text, group, keys);
  const start = firstQuery(frame, keys);
  for (const head of headsOf(frame, group)) {
    for (let query = start - start % QUERIES; query < time; query += QUERIES) {
      const queries: Range = { from: query, to: Math.min(time, query + QUERIES) };
      const block = { text, head, queries, keys };
      if (!isHidden(frame, block)) pair(frame, block);
    }
  }
}

function packKeys(frame: Frame, text: number, group: number, keys: Range): void {
  const { step, at } = frame;
  const { size } = step.sizes;
  const count = keys.to - keys.from;
  const rows = rowsOf(frame, step.key, text, group, keys.from);
  packColumns(frame, rows, count, size, at.keys);
  packColumns(frame, rowsOf(frame, step.value, text, group, keys.from), count, size, at.values);
  if (step.results.query !== null) packSummed(frame, rows, count, size, at.keyRows);
}

function clearQueries(frame: Frame, text: number, head: number, { from, to }: Range): void {
  const { thread: { products: { attention } }, step: { results } } = frame;
  if (results.query === null) return;
  const { address, pitch } = rowsOf(frame, results.query, text, head, from);
  attention.zeroRows(address, pitch, to - from, 4 * frame.step.sizes.size);
}

/** Weights of a block again, and what comes back from its queries to its keys and the other way. */
function pair(frame: Frame, block: Block): void {
  const { text, head, queries, keys } = block;
  const { step, at } = frame;
  const { size } = step.sizes;
  const group = sharedHead(frame, head);
  const [m, n] = [queries.to - queries.from, keys.to - keys.from];
  // Products leave out the keys that come after all of the queries; passes over the block hide them.
  const seen = Math.min(n, visibleKeys(frame, queries) - keys.from);
  const query = rowsOf(frame, step.query, text, head, queries.from);
  const ct = rowsOf(frame, step.ct!, text, head, queries.from);
  const scores: Rows = { address: at.scores, pitch: PITCH };
  const slopes: Rows = { address: at.slopes, pitch: PITCH };
  packRows(frame, query, m, size, at.left);
  multiply(frame, [at.left, at.keys], scores, [m, seen, size], 0);
  score(frame, block);
  packRows(frame, ct, m, size, at.left);
  multiply(frame, [at.left, at.values], slopes, [m, seen, size], 0);
  weigh(frame, block);
  const { key, value, query: ofQuery } = step.results;
  if (value !== null) {
    sumQueries(frame, scores, ct, [m, seen], rowsOf(frame, value, text, group, keys.from));
  }
  if (key !== null) {
    sumQueries(frame, slopes, query, [m, seen], rowsOf(frame, key, text, group, keys.from));
  }
  if (ofQuery === null) return;
  packRows(frame, slopes, m, n, at.left);
  const to = rowsOf(frame, ofQuery, text, head, queries.from);
  multiply(frame, [at.left, at.keyRows], to, [m, size, n], 1);
}

/** Scores to weights, and cotangents of weights to those of products. */
function weigh(frame: Frame, { text, head, queries, keys }: Block): void {
  const { thread: { products: { attention } }, step, at } = frame;
  const rows = queries.to - queries.from;
  const out = rowsOf(frame, step.out!, text, head, queries.from);
  const ct = rowsOf(frame, step.ct!, text, head, queries.from);
  const { size } = step.sizes;
  attention.means(out.address, out.pitch, ct.address, ct.pitch, rows, size, at.means);
  const lse = sumsOf(frame, step.lse!, text, head, queries.from);
  const block = [at.scores, at.slopes, rows, widthOf(keys), PITCH] as const;
  attention.slopes(...block, lse.address, lse.pitch, at.means, step.scale);
}

/** to [n, size] += blockᵀ · rows, over m queries. */
function sumQueries(
  frame: Frame,
  block: Rows,
  rows: Rows,
  [m, n]: readonly [number, number],
  to: Rows,
): void {
  const { thread: { products }, step: { sizes: { size } }, at } = frame;
  products.packA(block.address, 4, block.pitch, n, m, padded(m), at.left);
  packSummed(frame, rows, m, size, at.right);
  multiply(frame, [at.left, at.right], to, [n, size, m], 1);
}
