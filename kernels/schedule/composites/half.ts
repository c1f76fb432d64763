import { type AnyPrimitive, bind, convert, type DType, isFloat } from "../../../core/mod.ts";
import { cumulativeP, reduceProdP, scatterP } from "../../../core/internal.ts";
import type { Composite } from "./composite.ts";

/** Whether a dtype is a float that is computed with in f32. */
export function isHalf(dtype: DType): boolean {
  return dtype === "f16" || dtype === "bf16";
}

/** A primitive whose f16 and bf16 operands accumulate in f32 and are rounded once. */
function accumulating(
  primitive: AnyPrimitive,
  isAccumulation: (kind: string) => boolean,
): Composite {
  return {
    when: ({ inputs, params }) => isHalf(inputs[0]!.dtype) && isAccumulation(params.kind),
    make: (inputs, { params, outputs }) => {
      const wide = inputs.map((x) => isFloat(x.dtype) ? convert(x, "f32") : x);
      return [convert(bind(primitive, wide, params)[0]!, outputs[0]!.dtype)];
    },
  };
}

/** Products. */
export const halfProdComposite: Composite = accumulating(
  reduceProdP as unknown as AnyPrimitive,
  () => true,
);

/** Rows added or multiplied into others. */
export const halfScatterComposite: Composite = accumulating(
  scatterP as unknown as AnyPrimitive,
  (kind) => kind === "add" || kind === "mul",
);

/** Running sums, products and the like. */
export const halfCumulativeComposite: Composite = accumulating(
  cumulativeP as unknown as AnyPrimitive,
  () => true,
);
