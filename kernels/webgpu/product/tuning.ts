/**
 * How one product is cut up. All of it follows from the shape (and from measurements, where asked
 * for), never from what runs beside it, so that results are the same in every run.
 */

/** Tiles in workgroup memory; every invocation sums a block of `rows` x `columns` in registers. */
export type TileTuning = {
  readonly kind: "tiles";
  /** Sides of a workgroup's tile, multiples of 4. */
  readonly tileM: number;
  readonly tileN: number;
  /** Steps of k that lie in workgroup memory at once, a multiple of 4. */
  readonly tileK: number;
  /** Sides of an invocation's block, multiples of 4. */
  readonly rows: number;
  readonly columns: number;
  /** Two tiles in turn: one barrier a tile instead of two. */
  readonly isDoubled: boolean;
  /** Parts of k that are summed by different workgroups, then added up by a second kernel. */
  readonly splits: number;
};

/** For few rows (or columns): a workgroup owns some columns and divides k among its invocations. */
export type ThinTuning = {
  readonly kind: "thin";
  readonly threads: number;
  /** Columns of a workgroup, a multiple of 4. */
  readonly columns: number;
  readonly splits: number;
};

/** For the smallest: every invocation sums one element by itself. */
export type SingleTuning = { readonly kind: "single"; readonly splits: number };

/** One of them. */
export type Tuning = TileTuning | ThinTuning | SingleTuning;

/** What the choice of a tuning has to know of a device. */
export type ProductDevice = {
  /** Names the device in caches of tunings: vendor, architecture, driver. */
  readonly name: string;
  /** Bytes of workgroup memory, at least 16384. */
  readonly workgroupBytes: number;
  /** Invocations of a workgroup, at least 256. */
  readonly invocations: number;
  /** An adapter that runs on the CPU: small shaders compile faster, and nothing hides latency. */
  readonly isSoftware: boolean;
};

/** A tiling before k is split. */
export type Tiling = Omit<TileTuning, "splits">;

/** The few rows of a thin product, at most. */
export const THIN_ROWS = 8;

const TILES: readonly Tiling[] = [
  tiles(128, 128, 16, 8, 8, true), // 32 KiB
  tiles(128, 128, 8, 8, 8, true), // 16 KiB
  tiles(128, 64, 8, 8, 4, true), // 12 KiB
  tiles(64, 128, 8, 4, 8, true), // 12 KiB
  tiles(64, 64, 16, 4, 4, true), // 16 KiB
  tiles(64, 64, 16, 8, 8, false), // 8 KiB, 64 invocations
  tiles(32, 64, 16, 4, 4, true), // 12 KiB, 128 invocations
  tiles(32, 32, 16, 4, 4, true), // 8 KiB, 64 invocations
  tiles(16, 64, 16, 4, 4, true), // 10 KiB, 64 invocations
];

/** For adapters that run on the CPU, where compiling takes longer than small products. */
export const SOFTWARE_TILES: Tiling = tiles(32, 32, 4, 4, 4, false);

/** Every tiling that fits a device, largest first. */
export function tilesFor(device: ProductDevice): Tiling[] {
  return TILES.filter((tuning) =>
    memoryOf(tuning) <= device.workgroupBytes && invocationsOf(tuning) <= device.invocations
  );
}

/** Bytes of workgroup memory of a tiling. */
export function memoryOf({ tileM, tileN, tileK, isDoubled }: Tiling): number {
  return (isDoubled ? 8 : 4) * tileK * (tileM + tileN);
}

/** Invocations of a workgroup of a tiling. */
export function invocationsOf(
  { tileM, tileN, rows, columns }: Tiling,
): number {
  return (tileM / rows) * (tileN / columns);
}

function tiles(
  tileM: number,
  tileN: number,
  tileK: number,
  rows: number,
  columns: number,
  isDoubled: boolean,
): Tiling {
  return { kind: "tiles", tileM, tileN, tileK, rows, columns, isDoubled };
}
