import { NotAffine, SplitDemand } from "../ir/index.ts";
import type { Axis } from "../ir/types.ts";

/** The axes of a kernel in groups; splitting replaces an axis within its group. */
export type AxisGroups = { next: number; readonly groups: Axis[][] };

const MAX_SPLITS = 40;

/** One axis a size, each in a group of its own. */
export function axisGroups(sizes: readonly number[]): AxisGroups {
  return { next: sizes.length, groups: sizes.map((size, id) => [{ id, size }]) };
}

/** The result of `build`, which is tried again with an axis split for every demand. */
export function withSplits<T>(axes: AxisGroups, build: () => T): T {
  for (let i = 0; i < MAX_SPLITS; i++) {
    try {
      return build();
    } catch (error) {
      if (!(error instanceof SplitDemand)) throw error;
      split(axes, error);
    }
  }
  throw new NotAffine(`Cannot index: more than ${MAX_SPLITS} splits`);
}

function split(axes: AxisGroups, { axis, inner }: SplitDemand): void {
  for (const group of axes.groups) {
    const at = group.findIndex((a) => a.id === axis.id);
    if (at < 0) continue;
    const outer: Axis = { id: axes.next++, size: axis.size / inner };
    group.splice(at, 1, outer, { id: axes.next++, size: inner });
    return;
  }
  throw new NotAffine("Cannot index: the axis to split is unknown");
}

/** Axes that are more than one step long. */
export function realAxes(axes: readonly Axis[]): Axis[] {
  return axes.filter((axis) => axis.size > 1);
}
