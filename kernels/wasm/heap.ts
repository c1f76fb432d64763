import { UnsupportedError } from "../../core/mod.ts";
import { features } from "./features.ts";
import { MAX_PAGES } from "./module.ts";
import { ALIGNMENT, spaceFor } from "./spacing.ts";

const PAGE = 65536;
const LIMIT = MAX_PAGES * PAGE;
/** The memory grows by at least this. */
const GROWTH = 16 << 20;

/** A piece of the heap. `bytes` is what was asked for, `size` what it takes. */
export type Block = { readonly address: number; readonly bytes: number; readonly size: number };

/** Everything of a backend that lies in memory: one WebAssembly memory, cut into blocks. */
export type Heap = {
  readonly memory: WebAssembly.Memory;
  /** The bytes of the memory; remade when it grows. */
  bytes(): Uint8Array<ArrayBufferLike>;
  allocate(bytes: number): Block;
  free(block: Block): void;
};

/** An empty heap of up to 4 GiB; shared between threads where the engine can. */
export function newHeap(): Heap {
  const { shared } = features();
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES, shared });
  // Free pieces by address; neighbours are merged. Address 0 is never given out.
  const gaps: { address: number; size: number }[] = [{
    address: ALIGNMENT,
    size: PAGE - ALIGNMENT,
  }];
  let view: Uint8Array<ArrayBufferLike> = new Uint8Array(memory.buffer);
  let live = 0;
  let count = 0;

  const release = (address: number, size: number): void => {
    const at = firstFrom(gaps, address);
    const before = gaps[at - 1];
    const after = gaps[at];
    const joinsAfter = after !== undefined && address + size === after.address;
    if (before && before.address + before.size === address) {
      before.size += size + (joinsAfter ? after.size : 0);
      if (joinsAfter) gaps.splice(at, 1);
    } else if (joinsAfter) {
      after.address = address;
      after.size += size;
    } else gaps.splice(at, 0, { address, size });
  };

  const grow = (size: number): void => {
    const end = memory.buffer.byteLength;
    const pages = Math.ceil(Math.max(size, GROWTH) / PAGE);
    const room = MAX_PAGES - end / PAGE;
    const more = Math.min(pages, room);
    if (more * PAGE < size || !canGrow(memory, more)) {
      throw new UnsupportedError(
        `Cannot allocate ${size} bytes on the cpu: ${count} buffers of ${live} bytes are live and ` +
          `the memory ends at ${
            LIMIT / 2 ** 30
          } GiB; try smaller batches or gradient accumulation, ` +
          `donate arguments of jit, or free values with scope or dispose`,
      );
    }
    release(end, more * PAGE);
  };

  return {
    memory,
    bytes: () => {
      if (view.buffer !== memory.buffer) view = new Uint8Array(memory.buffer);
      return view;
    },
    allocate(bytes) {
      const size = spaceFor(bytes);
      let at = bestFit(gaps, size);
      if (at < 0) {
        grow(size);
        at = bestFit(gaps, size);
      }
      const gap = gaps[at]!;
      const { address } = gap;
      gap.address += size;
      gap.size -= size;
      if (gap.size === 0) gaps.splice(at, 1);
      live += size;
      count++;
      return { address, bytes, size };
    },
    free({ address, size }) {
      live -= size;
      count--;
      release(address, size);
    },
  };
}

function canGrow(memory: WebAssembly.Memory, pages: number): boolean {
  try {
    memory.grow(pages);
    return true;
  } catch {
    return false;
  }
}

/** The smallest gap that holds `size` bytes; -1 if none does. */
function bestFit(gaps: readonly { size: number }[], size: number): number {
  let best = -1;
  for (let i = 0; i < gaps.length; i++) {
    const found = gaps[i]!.size;
    if (found >= size && (best < 0 || found < gaps[best]!.size)) best = i;
  }
  return best;
}

/** Number of the first gap at or after `address`. */
function firstFrom(gaps: readonly { address: number }[], address: number): number {
  let low = 0;
  let high = gaps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (gaps[middle]!.address < address) low = middle + 1;
    else high = middle;
  }
  return low;
}
