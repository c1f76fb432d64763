import { sign, type Tensor, treeMap } from "../core/mod.ts";
import { descent, followedBy } from "./_descent.ts";
import { ema, type EmaState } from "./ema.ts";
import { stateless } from "./identity.ts";
import type { EmptyState, LearningRate, Optimizer, Transform } from "./optimizer.ts";

/** d ← sign(d). */
export function scaleBySign(): Transform<EmptyState> {
  return stateless((grads) => treeMap((g) => sign(g), grads));
}

/**
 * Descent along signs: p ← p - lr · sign(g).
 *
 * @see Bernstein et al. 2018, arXiv:1802.04434
 */
export function signSgd(lr: LearningRate): Optimizer<{ readonly step: Tensor }> {
  return descent(scaleBySign(), lr);
}

/** Options of `signum`. */
export type SignumOptions = {
  /** Decay of the mean of gradients. Default 0.9. */
  readonly beta?: number;
};

/**
 * Signum: p ← p - lr · sign(m) with m ← beta · m + (1 - beta) · g.
 *
 * @see Bernstein et al. 2018, arXiv:1802.04434
 */
export function signum(lr: LearningRate, options: SignumOptions = {}): Optimizer<EmaState> {
  const mean = ema({ decay: options.beta ?? 0.9, debias: false });
  return descent(followedBy(mean, scaleBySign()), lr);
}
