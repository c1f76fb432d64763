/** Every piece of memory starts at a multiple of this many bytes. */
export const ALIGNMENT: number = 64;
/** Bytes after the end of every piece that kernels may read. */
const SLACK = 64;
/** Bytes from which pieces are staggered, and by how many. */
const LARGE = 1 << 16;
const STAGGER = 1280;

/**
 * The bytes that a piece of memory of `bytes` takes. Large ones are staggered: where sides are
 * multiples of 1024, kernels that walk several arrays at once (a matrix and its activation, say)
 * would otherwise find all of them in the same few sets of the caches, and wait.
 */
export function spaceFor(bytes: number): number {
  const gap = bytes >= LARGE ? SLACK + STAGGER : SLACK;
  return Math.ceil((bytes + gap) / ALIGNMENT) * ALIGNMENT;
}
