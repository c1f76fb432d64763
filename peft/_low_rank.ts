import type { Tensor, Weight } from "../core/mod.ts";
import { foldInPath } from "./_keys.ts";
import type { Module } from "./layout.ts";
import { loraWeight } from "./lora_weight.ts";
import type { GraftOptions } from "./method.ts";

/** A change of low rank, scale · B A, and the dropout of its inputs. */
export type LowRank = {
  /** [r, in] */
  readonly A: Tensor;
  /** [out, r] */
  readonly B: Tensor;
  readonly scale: number;
  readonly dropout: number;
};

/** A module's weight with a change of low rank, which is never formed. */
export function lowRankWeight(module: Module, change: LowRank, options: GraftOptions): Weight {
  const { A, B, scale, dropout } = change;
  const { key, weight: amount } = options;
  const fields = {
    base: module.weight,
    lora_A: A,
    lora_B: B,
    key: key && dropout > 0 ? foldInPath(key, module.path) : undefined,
    amount,
  };
  return loraWeight(fields, { scale, layout: module.layout, dropout, tied: false });
}
