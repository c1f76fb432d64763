import { mul, type Tensor, treeZip } from "../core/mod.ts";
import { atLeast, leafNorm, leafRms } from "./_leaf_size.ts";
import { stateless } from "./identity.ts";
import { widen } from "./moments.ts";
import type { EmptyState, Transform } from "./optimizer.ts";

/** Options of `scaleByParamBlockNorm` and `scaleByParamBlockRms`. */
export type BlockOptions = {
  /** The size of a parameter is taken for at least this. Default 1e-3. */
  readonly minScale?: number;
};

/** d ← d · max(‖p‖, minScale), leaf by leaf: steps in proportion to parameters. */
export function scaleByParamBlockNorm(options: BlockOptions = {}): Transform<EmptyState> {
  return scaleBySize(leafNorm, options);
}

/** d ← d · max(√(mean p²), minScale), leaf by leaf: steps in proportion to parameters. */
export function scaleByParamBlockRms(options: BlockOptions = {}): Transform<EmptyState> {
  return scaleBySize(leafRms, options);
}

function scaleBySize(
  size: (x: Tensor) => Tensor,
  { minScale = 1e-3 }: BlockOptions,
): Transform<EmptyState> {
  return stateless((grads, params) =>
    treeZip(([g, p]) => mul(widen(g!), atLeast(size(p!), minScale)), grads, params)
  );
}
