import type { Reduction, Stage, Store, Value } from "../ir/types.ts";
import { dynamicsOf } from "../ir/value.ts";

/** The stages of a row kernel while it is built. */
export type Stages = {
  /** Stage of each reduction, by its number. */
  readonly ofReduction: number[];
  readonly memo: Map<Value, number>;
  readonly list: { readonly reductions: Reduction[]; readonly stores: Store[] }[];
};

/** No stages. */
export function newStages(): Stages {
  return { ofReduction: [], memo: new Map(), list: [{ reductions: [], stores: [] }] };
}

/** The first stage in which a value can be computed: after the reductions inside it. */
export function stageOf(stages: Stages, value: Value): number {
  const known = stages.memo.get(value);
  if (known !== undefined) return known;
  let stage = value.op === "red" ? stages.ofReduction[value.number!]! + 1 : 0;
  for (const arg of value.args) stage = Math.max(stage, stageOf(stages, arg));
  if (value.index) {
    for (const inner of dynamicsOf(value.index)) stage = Math.max(stage, stageOf(stages, inner));
  }
  stages.memo.set(value, stage);
  return stage;
}

/** Stage `i`, made if there is none. */
export function stageAt(stages: Stages, i: number): Stage & Stages["list"][number] {
  while (stages.list.length <= i) stages.list.push({ reductions: [], stores: [] });
  return stages.list[i]!;
}
