import { bind } from "../bind.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastFront } from "./broadcast_sum.ts";

/** How many of the operands are results. */
export type FenceParams = { readonly count: number };

/**
 * The first `count` operands unchanged, computed after all of them. Common subexpressions are not
 * shared through a fence, so what is recomputed behind one stays recomputed.
 */
export const fenceP: Primitive<readonly Tensor[], readonly Tensor[], FenceParams> = definePrimitive<
  readonly Tensor[],
  readonly Tensor[],
  FenceParams
>({
  name: "fence",
  infer: (inputs, { count }) => inputs.slice(0, count),
  evaluate: (inputs, { count }) => inputs.slice(0, count).map((x) => x.data),
  jvp: (inputs, tangents, params) => [
    bind(fenceP, inputs, params),
    tangents.slice(0, params.count),
  ],
  transpose: (cts, inputs, { count }) => inputs.map((_, i) => i < count ? cts[i] ?? null : null),
  batch: (inputs, batched, params, size) =>
    bind(
      fenceP,
      inputs.map((x, i) => batched[i] || i >= params.count ? x : broadcastFront(x, size)),
      params,
    ),
});

/** `values` unchanged, but ordered after `after` and hidden from common subexpressions. */
export function fence(values: readonly Tensor[], after: readonly Tensor[] = []): readonly Tensor[] {
  return bind(fenceP, [...values, ...after], { count: values.length });
}
