import { bind } from "../bind.ts";
import type { HostArray } from "../host.ts";
import { definePrimitive, type JvpResult, type Primitive } from "../primitive.ts";
import type { Aval, Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

type StructuralRules<P> = {
  readonly infer: (x: Aval, params: P) => Shape;
  readonly evaluate: (x: HostArray, params: P, out: Aval) => Float64Array;
  readonly transpose: (ct: Tensor, x: Aval, params: P) => Tensor;
  /** The parameters for an operand with one more axis, of side `size`, in front. */
  readonly batch: (params: P, size: number) => P;
};

/** A primitive of one operand that moves elements: linear, and its own tangent. */
export type StructuralPrimitive<P> = Primitive<[Tensor], [Tensor], P>;

/** Defines a primitive that only moves elements of one operand. */
export function defineStructural<P>(
  name: string,
  rules: StructuralRules<P>,
): StructuralPrimitive<P> {
  const primitive: StructuralPrimitive<P> = definePrimitive<[Tensor], [Tensor], P>({
    name,
    infer: ([x], params) => [{ shape: rules.infer(x, params), dtype: x.dtype }],
    evaluate: ([x], params, [out]) => [rules.evaluate(x, params, out)],
    jvp: (x, [dx], params): JvpResult<[Tensor]> => [
      bind(primitive, x, params),
      dx ? bind(primitive, [dx], params) : [null],
    ],
    transpose: ([ct], [x], params) => [ct && rules.transpose(ct, x.aval, params)],
    batch: (x, _batched, params, size) => bind(primitive, x, rules.batch(params, size)),
  });
  return primitive;
}
