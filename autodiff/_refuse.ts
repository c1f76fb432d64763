import { isFloat, type Tensor, TreeError } from "../core/mod.ts";
import { formatAval } from "../core/internal.ts";

/** Throws if a leaf to differentiate in is no float tensor. */
export function refuseNonFloat(leaves: readonly Tensor[], paths: readonly string[]): void {
  leaves.forEach((leaf, i) => {
    if (isFloat(leaf.dtype)) return;
    const path = paths[i] ?? "";
    const at = path === "" ? "" : ` at "${path}"`;
    throw new TreeError(
      `Cannot differentiate with respect to ${formatAval(leaf.aval)}${at}: ` +
        `only float tensors have gradients; split the tree with treePartition and close over the ` +
        `rest, or convert it to f32`,
      path,
    );
  });
}
