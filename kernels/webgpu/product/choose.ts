import type { ProductIR } from "../../ir/types.ts";
import { alongOf } from "./operand.ts";
import { thinMemory, thinShape } from "./thin.ts";
import {
  type ProductDevice,
  SOFTWARE_TILES,
  THIN_ROWS,
  type ThinTuning,
  tilesFor,
  type TileTuning,
  type Tiling,
  type Tuning,
} from "./tuning.ts";

/** Workgroups that fill a GPU of unknown size, about: large ones, and small ones that only wait. */
const TARGET_GROUPS = 96;
const THIN_GROUPS = 256;
/** Steps of k of a part where loops must not be long. */
const SOFTWARE_K = 1 << 17;
/** Steps of k that a part of a split sum has at least. */
const MIN_SPLIT = 256;
/** Parts of a split sum at most: their reading costs as much as their sum. */
const MAX_SPLITS = 16;

/** Multiplications of a tiny product: where compiling takes longest, it may be larger. */
const TINY = 512;
const TINY_ON_SOFTWARE = 1 << 14;

type Shape = Pick<ProductIR, "batch" | "m" | "n" | "k">;

/** The tuning of a product by its shape alone. */
export function chooseTuning(ir: ProductIR, device: ProductDevice): Tuning {
  if (isTiny(ir, device)) return { kind: "single", splits: 1 };
  if (device.isSoftware) return { ...SOFTWARE_TILES, splits: Math.ceil((ir.k + 1) / SOFTWARE_K) };
  if (isThin(ir)) return thinTuning(ir, device);
  const fitting = tilesFor(device);
  const large = fitting.find((tuning) =>
    tuning.tileM <= roundUp(ir.m, 32) && tuning.tileN <= roundUp(ir.n, 32) &&
    tilesOf(ir, tuning) >= TARGET_GROUPS
  );
  const tuning = large ?? smallTiles(ir, fitting);
  return { ...tuning, splits: splitsOf(ir, tuning) };
}

/** Every tuning that is worth a measurement for a product, the chosen one first. */
export function candidates(ir: ProductIR, device: ProductDevice): Tuning[] {
  const first = chooseTuning(ir, device);
  if (first.kind === "single") return [first];
  if (first.kind === "thin") {
    const along = alongOf(thinShape(ir).isSwapped ? ir.a : ir.b);
    const others = [32, 64, 128, 256].map((threads) => ({ ...first, threads }));
    const fitting = others.filter((tuning) =>
      tuning.threads !== first.threads && tuning.threads <= device.invocations &&
      thinMemory(ir, tuning, along) <= device.workgroupBytes
    );
    return [first, ...fitting];
  }
  const all: TileTuning[] = tilesFor(device).flatMap((tuning) => {
    const splits = splitsOf(ir, tuning);
    const whole = { ...tuning, splits: 1 };
    return splits === 1 ? [whole] : [{ ...tuning, splits }, whole];
  });
  return [first, ...all.filter((tuning) => JSON.stringify(tuning) !== JSON.stringify(first))];
}

/** Whether sums are so few and short that no invocation has to help another. */
function isTiny({ m, n, k }: Shape, { isSoftware }: ProductDevice): boolean {
  return m * n * k <= (isSoftware ? TINY_ON_SOFTWARE : TINY);
}

/** Whether the rows or the columns are so few that the other operand is only read once. */
export function isThin({ m, n }: Shape): boolean {
  return Math.min(m, n) <= THIN_ROWS;
}

function thinTuning(ir: ProductIR, device: ProductDevice): ThinTuning {
  const { few, many, isSwapped } = thinShape(ir);
  const alongK = alongOf(isSwapped ? ir.a : ir.b) === "k";
  const columns = alongK ? 8 : 32;
  const threads = few > 4 && !alongK ? 64 : Math.min(128, device.invocations);
  const groups = ir.batch * Math.ceil(many / columns);
  return { kind: "thin", threads, columns, splits: splitsFor(ir.k, groups, THIN_GROUPS) };
}

/** The tiling that wastes the least on the borders, of those that make enough workgroups. */
function smallTiles(
  ir: Shape,
  fitting: readonly Tiling[],
): Tiling {
  const small = fitting.filter(({ tileM, tileN }) => tileM <= 64 && tileN <= 64);
  const padded = ({ tileM, tileN }: Tiling): number => roundUp(ir.m, tileM) * roundUp(ir.n, tileN);
  const least = Math.min(...small.map(padded));
  return small.find((tuning) => padded(tuning) <= 1.25 * least)!;
}

function splitsOf(ir: Shape, tuning: Tiling): number {
  return splitsFor(ir.k, tilesOf(ir, tuning), TARGET_GROUPS);
}

function splitsFor(k: number, groups: number, target: number): number {
  const wanted = Math.floor(target / Math.max(1, groups));
  return Math.max(1, Math.min(wanted, Math.floor(k / MIN_SPLIT), MAX_SPLITS));
}

function tilesOf({ batch, m, n }: Shape, { tileM, tileN }: Tiling): number {
  return batch * Math.ceil(m / tileM) * Math.ceil(n / tileN);
}

function roundUp(size: number, by: number): number {
  return Math.ceil(size / by) * by;
}
