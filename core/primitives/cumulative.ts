import { bind } from "../bind.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";
import { cumulativeHost, type CumulativeKind } from "./_cumulative_host.ts";
import { scanTangent } from "./_scan_tangent.ts";

/** The operation, its axis and its direction. */
export type CumulativeParams = {
  readonly kind: CumulativeKind;
  readonly axis: number;
  readonly reverse: boolean;
};

/** y[i] = x[0] ∘ … ∘ x[i] along an axis; with `reverse` from the end. */
export const cumulativeP: Primitive<[Tensor], [Tensor], CumulativeParams> = definePrimitive<
  [Tensor],
  [Tensor],
  CumulativeParams
>({
  name: "cumulative",
  infer: ([x]) => [x],
  evaluate: ([x], { kind, axis, reverse }) => [cumulativeHost(x, kind, axis, reverse)],
  jvp: ([x], [dx], params) => {
    const y = bind(cumulativeP, [x], params)[0];
    if (!dx) return [[y], [null]];
    if (params.kind === "sum") return [[y], [bind(cumulativeP, [dx], params)[0]]];
    return [[y], [scanTangent(x, dx, params.kind, params.axis, params.reverse)]];
  },
  // Only the sum is linear.
  transpose: ([ct], _inputs, params) => [
    ct && bind(cumulativeP, [ct], { ...params, reverse: !params.reverse })[0],
  ],
  batch: (x, _batched, params) => bind(cumulativeP, x, { ...params, axis: params.axis + 1 }),
});
