/** Sizes of the packed product. The micro-kernel's tile fills 15 of 16 vector registers. */

/** Rows and columns of a micro-tile. */
export const ROWS = 6;
/** Columns of a micro-tile: two vectors. */
export const COLUMNS = 8;
/** Steps of k that the micro-kernel's loop is unrolled by; packed k is padded to a multiple. */
export const UNROLL = 8;
/** k packed at once. */
export const K_BLOCK = 256;
/** Rows packed at once: a multiple of ROWS. */
export const M_BLOCK = 96;
/** k whose left operand is packed in memory at once; beyond it the product runs in super-blocks. */
export const K_SUPER = 3072;
/**
 * Floats from row to row of the scratch blocks that loaders write and epilogues read: K_BLOCK, and a
 * line more, so that the rows do not all fall on the same sets of the caches.
 */
export const PITCH = 272;

/** n rounded up to a multiple. */
export function roundUp(n: number, multiple: number): number {
  return Math.ceil(n / multiple) * multiple;
}
