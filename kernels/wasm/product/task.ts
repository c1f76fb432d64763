import { ACC, LOADED } from "../../ir/types.ts";
import type { BatchAxes, OperandStep, PackStep, ProductStep } from "../step.ts";
import type { Thread } from "../thread.ts";
import { SCRATCH } from "./scratch.ts";
import { K_BLOCK, M_BLOCK, PITCH, roundUp, ROWS, UNROLL } from "./tile.ts";

type Addresses = Int32Array<ArrayBufferLike>;

/** A part of an operand in memory, strides in bytes. */
type Part = { readonly address: number; readonly freeStride: number; readonly kStride: number };

/** Where a part starts and ends: free rows [f0, f1), k [k0, k1), of one batch. */
type Bounds = {
  readonly batch: number;
  readonly f0: number;
  readonly f1: number;
  readonly k0: number;
  readonly k1: number;
};

/** Packs one block of the left operand: all tasks together pack it whole. */
export function runPack(thread: Thread, step: PackStep, task: number, addresses: Addresses): void {
  // Tasks at the same time read next to each other: the same rows, one block of k after another.
  const blocks = Math.ceil((step.k1 - step.k0) / K_BLOCK);
  const block = task % blocks;
  const f0 = Math.floor(task / blocks) * M_BLOCK;
  const f1 = Math.min(step.m, f0 + M_BLOCK);
  const k0 = step.k0 + block * K_BLOCK;
  const k1 = Math.min(step.k1, k0 + K_BLOCK);
  const target = packedAt(addresses[step.packed]!, step.m, block, f0, paddedK(k0, k1));
  packLeft(thread, step.a, { batch: 0, f0, f1, k0, k1 }, addresses, target);
}

/** Computes one tile of a product and, at its last k, hands it to the epilogue. */
export function runProduct(
  thread: Thread,
  step: ProductStep,
  task: number,
  addresses: Addresses,
): void {
  const { m, n, tileM, tileN, spread, tasks } = step;
  const [down, across] = [Math.ceil(m / tileM), Math.ceil(n / tileN)];
  const column = Math.floor(task / down) * spread % (tasks / down);
  const batch = Math.floor(column / across);
  const n0 = (column % across) * tileN;
  const m0 = (task % down) * tileM;
  const tile = { batch, m0, m1: Math.min(m, m0 + tileM), n0, n1: Math.min(n, n0 + tileN) };
  if (step.thin) multiplyThin(thread, step, tile, addresses);
  else multiplyTile(thread, step, tile, addresses);
  if (step.epilogue) finishTile(thread, step, tile, addresses);
}

type Tile = {
  readonly batch: number;
  readonly m0: number;
  readonly m1: number;
  readonly n0: number;
  readonly n1: number;
};

function multiplyTile(
  thread: Thread,
  step: ProductStep,
  { batch, m0, m1, n0, n1 }: Tile,
  addresses: Addresses,
): void {
  const { plain } = step;
  const { scratch, products } = thread;
  const right = scratch + SCRATCH.b;
  const target = plain
    ? addresses[plain.slot]! +
      4 * (plain.offset + offsetOf(batch, plain.batch) + m0 * plain.rowStride + n0)
    : scratch + SCRATCH.strip;
  const pitch = 4 * (plain ? plain.rowStride : PITCH);
  // A product over no k at all still writes its zeros.
  for (let k0 = step.k0, block = 0; block === 0 || k0 < step.k1; k0 += K_BLOCK, block++) {
    const k1 = Math.min(step.k1, k0 + K_BLOCK);
    const padded = paddedK(k0, k1);
    packRight(thread, step.b, { batch, f0: n0, f1: n1, k0, k1 }, addresses, right);
    for (let i = m0; i < m1; i += M_BLOCK) {
      const end = Math.min(m1, i + M_BLOCK);
      let left = scratch + SCRATCH.a;
      if (step.packed !== null) left = packedAt(addresses[step.packed]!, step.m, block, i, padded);
      else packLeft(thread, step.a, { batch, f0: i, f1: end, k0, k1 }, addresses, left);
      const to = target + (i - m0) * pitch;
      const add = k0 > 0 ? 1 : 0;
      products.macro(left, right, to, end - i, n1 - n0, padded, pitch, add, scratch);
    }
  }
}

/** A tile of few rows, summed in the strip of scratch while the right operand is read once. */
function multiplyThin(
  thread: Thread,
  step: ProductStep,
  { batch, m0, m1, n0, n1 }: Tile,
  addresses: Addresses,
): void {
  const { a, b, plain } = step;
  const { products } = thread;
  const strip = thread.scratch + SCRATCH.strip;
  const width = roundUp(n1 - n0, 4);
  const rows = m1 - m0;
  products.zeroStrip(strip, rows, width);
  const most = b.loader ? K_BLOCK : step.k1;
  for (let k0 = step.k0; k0 < step.k1; k0 += most) {
    const k1 = Math.min(step.k1, k0 + most);
    const left = partOf(thread, a, { batch, f0: m0, f1: m1, k0, k1 }, addresses);
    const right = partOf(thread, b, { batch, f0: n0, f1: n1, k0, k1 }, addresses);
    products.thin[rows]!(
      left.address,
      left.freeStride,
      left.kStride,
      right.address,
      right.kStride,
      width,
      k1 - k0,
      strip,
    );
  }
  if (!plain) return;
  const at = plain.offset + offsetOf(batch, plain.batch) + m0 * plain.rowStride + n0;
  const to = addresses[plain.slot]! + 4 * at;
  products.copyStrip(strip, to, 4 * plain.rowStride, rows, n1 - n0);
}

/** Runs the epilogue over a tile: in the strip of scratch, or in the accumulator in memory. */
function finishTile(
  thread: Thread,
  { m, epilogue, plain }: ProductStep,
  { batch, m0, m1, n0, n1 }: Tile,
  addresses: Addresses,
): void {
  const row = batch * m + m0;
  const tile = plain
    ? addresses[plain.slot]!
    : thread.scratch + SCRATCH.strip - 4 * (row * PITCH + n0);
  const pointers = epilogue!.slots.map((slot) => slot === ACC ? tile : addresses[slot]!);
  thread.calls[epilogue!.fn]!(row, row + m1 - m0, n0, n1, thread.scratch, ...pointers);
}

function packLeft(
  thread: Thread,
  a: OperandStep,
  bounds: Bounds,
  addresses: Addresses,
  target: number,
): void {
  const { address, freeStride, kStride } = partOf(thread, a, bounds, addresses);
  const { f0, f1, k0, k1 } = bounds;
  thread.products.packA(
    address,
    freeStride,
    kStride,
    f1 - f0,
    k1 - k0,
    paddedK(k0, k1),
    target,
  );
}

function packRight(
  thread: Thread,
  b: OperandStep,
  bounds: Bounds,
  addresses: Addresses,
  target: number,
): void {
  const { address, freeStride, kStride } = partOf(thread, b, bounds, addresses);
  const { f0, f1, k0, k1 } = bounds;
  thread.products.packB(
    address,
    kStride,
    freeStride,
    k1 - k0,
    f1 - f0,
    paddedK(k0, k1),
    target,
  );
}

/** A part of an operand: in its buffer, or in the block that its loader writes. */
function partOf(
  thread: Thread,
  operand: OperandStep,
  bounds: Bounds,
  addresses: Addresses,
): Part {
  if (operand.loader) return loadPart(thread, operand.loader, bounds, addresses);
  const { slot, offset, freeStride, kStride, batch } = operand;
  const at = offset + offsetOf(bounds.batch, batch) + bounds.f0 * freeStride + bounds.k0 * kStride;
  return {
    address: addresses[slot]! + 4 * at,
    freeStride: 4 * freeStride,
    kStride: 4 * kStride,
  };
}

function loadPart(
  { calls, scratch }: Thread,
  { fn, slots, laneIsK, rows, lanes }: NonNullable<OperandStep["loader"]>,
  { batch, f0, f1, k0, k1 }: Bounds,
  addresses: Addresses,
): Part {
  const first = batch * rows;
  const [row0, row1] = laneIsK ? [first + f0, first + f1] : [first + k0, first + k1];
  const [from, to] = laneIsK ? [k0, k1] : [f0, f1];
  // Kernels take lanes in vectors: the range is widened, and the part starts inside it.
  const lane0 = from - from % 4;
  const lane1 = Math.min(lanes, roundUp(to, 4));
  const block = scratch + SCRATCH.block;
  const origin = block - 4 * (row0 * PITCH + lane0);
  const pointers = slots.map((slot) => slot === LOADED ? origin : addresses[slot]!);
  calls[fn]!(row0, row1, lane0, lane1, scratch, ...pointers);
  const address = block + 4 * (from - lane0);
  return laneIsK
    ? { address, freeStride: 4 * PITCH, kStride: 4 }
    : { address, freeStride: 4, kStride: 4 * PITCH };
}

/** Address of the packed rows from `row` on in a block of k. */
function packedAt(packed: number, m: number, block: number, row: number, padded: number): number {
  return packed + 4 * (roundUp(m, ROWS) * block * K_BLOCK + row * padded);
}

function paddedK(k0: number, k1: number): number {
  return Math.max(UNROLL, roundUp(k1 - k0, UNROLL));
}

/** Offset of batch number `batch` over axes, the last of which runs fastest. */
function offsetOf(batch: number, axes: BatchAxes): number {
  let offset = 0;
  let rest = batch;
  for (let i = axes.length - 1; i >= 0; i--) {
    const [size, stride] = axes[i]!;
    offset += (rest % size) * stride;
    rest = Math.floor(rest / size);
  }
  return offset;
}
