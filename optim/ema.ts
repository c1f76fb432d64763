import { add, convert, type DType, type Tensor, type Tree, treeMap, zeros } from "../core/mod.ts";
import { asDirections } from "./_directions.ts";
import { accumulator, biasCorrection, firstStep, updateMoment } from "./moments.ts";
import type { Transform } from "./optimizer.ts";

/** Options of `ema`. */
export type EmaOptions = {
  /** Weight of the past. */
  readonly decay: number;
  /** Whether the average is corrected for its start at zero. Default true. */
  readonly debias?: boolean;
  /** Dtype that the average is kept in between steps. Default float32. */
  readonly dtype?: DType;
};

/** Steps taken, and the average of gradients. */
export type EmaState = { readonly step: Tensor; readonly ema: Tree };

/** The running mean of gradients: m ← decay · m + (1 - decay) · g, and m / (1 - decay^step). */
export function ema(options: EmaOptions): Transform<EmaState> {
  const { decay, debias = true, dtype } = options;
  return {
    kind: "transform",
    init: (params) => ({
      step: firstStep(),
      ema: treeMap((p) => dtype ? zeros(p.shape, { dtype }) : accumulator(p), params),
    }),
    update: (grads, state) => {
      const step = add(state.step, 1);
      const mean = updateMoment(state.ema, grads, { decay });
      const shown = debias ? biasCorrection(mean, { decay, step }) : mean;
      const kept = dtype ? treeMap((m) => convert(m, dtype), mean) : mean;
      return [asDirections(grads, shown), { step, ema: kept }];
    },
  };
}
