import { mean, sum, type Tensor } from "../core/mod.ts";

/** What becomes of the losses of all elements: their mean, their sum, or nothing. */
export type Reduction = "mean" | "sum" | "none";

/** Option of every loss. */
export type ReductionOptions = {
  /** Default "mean". */
  readonly reduction?: Reduction;
};

/** Losses [...] reduced to a scalar, or as they are with "none". */
export function reduceLosses(losses: Tensor, { reduction = "mean" }: ReductionOptions): Tensor {
  switch (reduction) {
    case "mean":
      return mean(losses);
    case "sum":
      return sum(losses);
    case "none":
      return losses;
  }
}
