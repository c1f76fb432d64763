/** How the work of an attention kernel is laid out in a workgroup. */
export type Plan = {
  readonly threads: number;
  /** Rows that a workgroup owns; each is shared by `parts` neighbouring threads. */
  readonly rows: number;
  readonly parts: number;
  /** Quads of a row that one thread holds: number part, part + parts, ... */
  readonly quads: number;
  /** Rows of the other side that lie in workgroup memory at once, a multiple of 4. */
  readonly tile: number;
};

/** What a kernel needs of workgroup memory and registers. */
export type Need = {
  readonly size: number;
  /** Quads that a thread should hold of one array at most. */
  readonly mostQuads: number;
  /** Vectors that threads of one row add up for every four rows of the other side. */
  readonly exchanged: number;
  /** Bytes of a tile's row besides two rows of `size`. */
  readonly extra: number;
};

/** Workgroup memory that every device has. */
const BYTES = 16384;
const THREADS = 64;
const MAX_TILE = 32;

/** The plan of a kernel, a function of the head size alone. */
export function planOf({ size, mostQuads, exchanged, extra }: Need): Plan {
  const all = size / 4;
  let parts = 1;
  while (all / parts > mostQuads && all % (2 * parts) === 0) parts *= 2;
  const pool = parts > 1 ? 2 * exchanged * THREADS * 16 : 0;
  const room = Math.floor((BYTES - pool) / (8 * size + extra));
  const tile = Math.min(MAX_TILE, room - room % 4);
  return { threads: THREADS, rows: THREADS / parts, parts, quads: all / parts, tile };
}
