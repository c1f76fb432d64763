import type { Thread } from "../thread.ts";
import { UNROLL } from "../product/tile.ts";
import type { AttentionStep, ViewStep } from "./step.ts";
import { PITCH, PLACES, type Places, QUERIES, TOGETHER } from "./tile.ts";

export type Addresses = Int32Array<ArrayBufferLike>;

/** What a task works with. */
export type Frame = {
  readonly thread: Thread;
  readonly step: AttentionStep;
  readonly addresses: Addresses;
  /** Addresses of the places in scratch. */
  readonly at: Places;
};

/** Rows [from, to) of queries or keys of one head of one text. */
export type Range = { readonly from: number; readonly to: number };

/** A block of pairs: some queries and some keys of one head of one text. */
export type Block = {
  readonly text: number;
  readonly head: number;
  readonly queries: Range;
  readonly keys: Range;
};

/** Rows in memory: their address and the bytes from row to row. */
export type Rows = { readonly address: number; readonly pitch: number };

export function newFrame(thread: Thread, step: AttentionStep, addresses: Addresses): Frame {
  const places = Object.entries(PLACES).map(([name, offset]) => [name, thread.scratch + offset]);
  return { thread, step, addresses, at: Object.fromEntries(places) as Places };
}

/** The rows of a head of an operand [B, T, H, K] from position `from` on. */
export function rowsOf(
  { addresses }: Frame,
  { slot, offset, strides }: ViewStep,
  text: number,
  head: number,
  from: number,
): Rows {
  const [b, t, h] = strides as readonly [number, number, number];
  const place = offset + text * b + from * t + head * h;
  return { address: addresses[slot]! + 4 * place, pitch: 4 * t };
}

/** Where the logarithms of a head's sums [B, H, T] begin, and the bytes from one to the next. */
export function sumsOf(
  frame: Frame,
  view: ViewStep,
  text: number,
  head: number,
  from: number,
): Rows {
  const [b, h, t] = view.strides as readonly [number, number, number];
  return rowsOf(frame, { ...view, strides: [b, t, h] }, text, head, from);
}

/** The queries of a task that has a block of them. */
export function queriesOf(
  { step: { sizes: { time, heads } } }: Frame,
  task: number,
): Omit<Block, "keys"> {
  const blocks = Math.ceil(time / QUERIES);
  const number = Math.floor(task / blocks);
  // Under a causal mask the last queries see most: they begin first.
  const from = (blocks - 1 - task % blocks) * QUERIES;
  const queries: Range = { from, to: Math.min(time, from + QUERIES) };
  return { text: Math.floor(number / heads), head: number % heads, queries };
}

/** The head of keys that a head of queries looks at. */
export function sharedHead({ step: { sizes: { heads, groups } } }: Frame, head: number): number {
  return Math.floor(head * groups / heads);
}

/** k rounded up to what products are packed to. */
export function padded(k: number): number {
  return Math.ceil(k / UNROLL) * UNROLL;
}

/** Packs rows as the left operand of a product over their elements. */
export function packRows(
  { thread }: Frame,
  rows: Rows,
  count: number,
  k: number,
  to: number,
): void {
  thread.products.packA(rows.address, rows.pitch, 4, count, k, padded(k), to);
}

/** Packs rows as columns of the right operand of a product over their elements. */
export function packColumns(
  { thread }: Frame,
  rows: Rows,
  count: number,
  k: number,
  to: number,
): void {
  thread.products.packB(rows.address, 4, rows.pitch, k, count, padded(k), to);
}

/** Packs rows as the right operand of a product over the rows. */
export function packSummed(
  { thread }: Frame,
  rows: Rows,
  count: number,
  n: number,
  to: number,
): void {
  thread.products.packB(rows.address, rows.pitch, 4, count, n, padded(count), to);
}

/** to [m, n] = (or +=) left · right, both packed, over k. */
export function multiply(
  { thread, at }: Frame,
  [left, right]: readonly [number, number],
  to: Rows,
  [m, n, k]: readonly [number, number, number],
  add: 0 | 1,
): void {
  thread.products.macro(left, right, to.address, m, n, padded(k), to.pitch, add, at.edge);
}

/** Elements of a block's row that passes over it compute. */
export function widthOf(keys: Range): number {
  return Math.ceil((keys.to - keys.from) / TOGETHER) * TOGETHER;
}

/** The keys that any of these queries may see, as far as causality goes. */
export function visibleKeys({ step: { causal, sizes } }: Frame, queries: Range): number {
  const { time, source } = sizes;
  return causal ? Math.max(0, Math.min(source, queries.to + source - time)) : source;
}

/** The first query that may see any of these keys, as far as causality goes. */
export function firstQuery({ step: { causal, sizes } }: Frame, keys: Range): number {
  return causal ? Math.max(0, keys.from - (sizes.source - sizes.time)) : 0;
}

/** Whether the mask hides every pair of a block. */
export function isHidden(frame: Frame, block: Block): boolean {
  const { queries, keys } = block;
  const { thread: { products: { attention } }, step: { mask }, at } = frame;
  if (!mask) return false;
  const [, , t, s] = mask.strides as readonly [number, number, number, number];
  const { address } = pairs(frame, mask, 1, block);
  const rows = t === 0 ? 1 : queries.to - queries.from;
  attention.anySeen(address, rows, t, keys.to - keys.from, s, at.seen);
  return new Int32Array(attention.memory.buffer, at.seen >>> 0, 1)[0] === 0;
}

/** Turns products into scores: scaled, with bias, those that are not seen hidden. */
export function score(frame: Frame, block: Block): void {
  const { queries, keys } = block;
  const { thread: { products: { attention } }, step, at } = frame;
  const { sizes: { time, source }, scale, causal, bias, mask } = step;
  const [rows, columns] = [queries.to - queries.from, keys.to - keys.from];
  const limit = causal ? source - time + queries.from + 1 - keys.from : columns;
  const cut = [limit, causal ? 1 : 0, columns] as const;
  const scores = [at.scores, rows, widthOf(keys), PITCH, scale, ...cut] as const;
  if (bias) {
    const { address, row, column } = pairs(frame, bias, 4, block);
    attention.biasedScores(...scores, address, row, column);
  } else attention.scores(...scores);
  if (!mask) return;
  const { address, row, column } = pairs(frame, mask, 1, block);
  attention.hide(at.scores, rows, columns, PITCH, address, row, column);
}

/** Where an operand over [B, H, T, S] has a block, and its strides in bytes. */
function pairs(
  { addresses }: Frame,
  { slot, offset, strides }: ViewStep,
  bytes: number,
  { text, head, queries, keys }: Block,
): { readonly address: number; readonly row: number; readonly column: number } {
  const [b, h, t, s] = strides as readonly [number, number, number, number];
  const place = offset + text * b + head * h + queries.from * t + keys.from * s;
  return { address: addresses[slot]! + bytes * place, row: bytes * t, column: bytes * s };
}
