import { COLUMNS, K_BLOCK, M_BLOCK, PITCH } from "./tile.ts";

/** Rows of a product's tile at most: a multiple of ROWS. */
export const MAX_TILE_ROWS = 516;
/** Columns of a product's tile at most. */
export const MAX_TILE_COLUMNS = 128;
/** Columns of the tile of a thin product at most: below PITCH. */
export const MAX_THIN_COLUMNS = 256;

/** Places in a thread's scratch, in bytes from its start. */
export const SCRATCH: {
  readonly edge: number;
  readonly a: number;
  readonly b: number;
  readonly strip: number;
  readonly block: number;
} = layout();

function layout(): typeof SCRATCH {
  const edge = 0;
  const a = edge + 4096;
  const b = a + 4 * M_BLOCK * K_BLOCK + 4096;
  const strip = b + 4 * (MAX_TILE_COLUMNS + COLUMNS) * K_BLOCK + 4096;
  const block = strip + 4 * MAX_TILE_ROWS * PITCH + 4096;
  return { edge, a, b, strip, block };
}
