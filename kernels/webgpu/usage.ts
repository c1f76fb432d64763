/** Uses of buffers and modes of mapping, by the numbers that the standard gives them. */
export const USAGE = {
  mapRead: 1,
  copySource: 4,
  copyTarget: 8,
  storage: 128,
  queryResolve: 512,
} as const;

/** Mapping for reading. */
export const MAP_READ = 1;

/** Use of a storage buffer in a compute shader. */
export const COMPUTE_STAGE = 4;
